import type { Profile } from '../../harness/profile/index.ts';
import type { Lab } from '../../harness/lab/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { dscpEcn } from './area.ts';
import { CE, CODEPOINTS, INGRESS, outerDscp } from './tables.ts';

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

/** The pipe model: every outer header has this DSCP (10). */
const FIXED = 'tos=fixed:0x28';
const TRAFFIC_CLASSES = [46 << 2, 10 << 2, 0, ...CODEPOINTS.map((codepoint) => (46 << 2) | codepoint)];

interface Probe {
  readonly lab: Lab;
  readonly trafficClass: number;
  readonly stimulus: Stimulus;
}

const probes = (t: TestContext, lab: Lab): Probe[] =>
  TRAFFIC_CLASSES.map((trafficClass) => ({
    lab,
    trafficClass,
    stimulus: {
      ...t.fromPod({ source: lab.n1.pod(), destination: lab.n2.pod(), trafficClass }),
      title: `pod packet with Traffic Class ${hex(trafficClass)} on a tunnel with tos=${lab.profile.switches.tos}`,
    },
  }));

/** Outer TOS of every packet as its tunnel wants it. What becomes of CE is judged by dscp-ecn.ingress-table alone. */
const judge = async (t: TestContext, all: readonly Probe[]): Promise<void> => {
  const seen = await t.exchange(...all.map(({ stimulus }) => stimulus));
  for (const { lab, trafficClass, stimulus } of all) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    const codepoint = CODEPOINTS[trafficClass & 3] ?? 0;
    const legal = [
      INGRESS[lab.profile.switches.ecnEncap][codepoint],
      ...(codepoint === CE ? [INGRESS['3168'][CE]] : []),
    ];
    const dscp = outerDscp(lab.profile, trafficClass) << 2;
    t.expectEqual(
      `outer TOS (${stimulus.title})`,
      hex(outer.tos),
      [...new Set(legal)].map((ecn) => hex(dscp | ecn)),
      {
        frame,
      },
    );
  }
};

const takesSecondTunnel = ({ mapping, encapsulation }: Profile): boolean =>
  ['6rd', '6to4', '6in4'].includes(mapping.kind) && encapsulation.kind !== 'gre';

// RFC 2983 section 3.1: a tunnel copies the DSCP (uniform model) or writes one of its own (pipe model), as configured for that tunnel;
// the ECN field goes its own way in either.
dscpEcn.case('dscp-ecn.ingress-models', async (t) => {
  const { profile } = t;
  await t.restart({ switches: { tos: 'copy' } });
  await judge(t, probes(t, t.lab));
  await t.restart({ profileText: `${profile.text},${FIXED}`, switches: {} });
  await judge(t, probes(t, t.lab));
  if (!takesSecondTunnel(profile)) return;
  const { refused } = await t.tryRestart({
    profileText: profile.text,
    switches: { tos: 'copy' },
    secondTunnel: `6in4,${FIXED}`,
  });
  if (refused === undefined) await judge(t, [...probes(t, t.lab), ...probes(t, t.secondLab)]);
  else t.note(`Two tunnels with a model each were refused: ${refused}`);
});

const OUTER_DSCP = 46;

// RFC 2983 section 5.1 and RFC 4213 section 3.6: unless configured otherwise, the outer DSCP ends with the outer header.
dscpEcn.case('dscp-ecn.egress-dscp-pipe', async (t) => {
  const stimuli = [0, 10, 46, 63].flatMap((inner) =>
    [OUTER_DSCP, 0].map((outer) => ({
      inner,
      stimulus: {
        ...t.fromTunnel({ trafficClass: inner << 2 }, { outer: { tos: outer << 2 } }),
        title: `tunnel packet with inner DSCP ${String(inner)} and outer DSCP ${String(outer)}`,
      },
    })),
  );
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  for (const { inner, stimulus } of stimuli) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered === undefined) continue;
    const { frame, header } = delivered;
    t.expectEqual(`DSCP on P (${stimulus.title})`, header.trafficClass >> 2, inner, { frame });
  }
});
