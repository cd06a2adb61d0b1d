import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { dscpEcn } from './area.ts';
import { CE, CODEPOINTS, INGRESS, outerDscp } from './tables.ts';

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

const podPackets = (t: TestContext, trafficClasses: readonly number[]): readonly (readonly [number, Stimulus])[] =>
  trafficClasses.map((trafficClass) => [
    trafficClass,
    { ...t.fromPod({ trafficClass }), title: `pod packet with Traffic Class ${hex(trafficClass)}` },
  ]);

// RFC 4213 section 3.5: the outer DSCP is 0 unless the node is configured otherwise, whatever the inner one is.
dscpEcn.case('dscp-ecn.dscp-default-zero', async (t) => {
  const stimuli = podPackets(
    t,
    [46, 10, 0, 63, 32, 1, 56].map((dscp) => dscp << 2),
  );
  const seen = await t.exchange(...stimuli.map(([, stimulus]) => stimulus));
  for (const [trafficClass, stimulus] of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    t.expectEqual(`outer DSCP (${stimulus.title})`, outer.tos >> 2, outerDscp(t.profile, trafficClass), { frame });
  }
});

const notSixRd = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' ? undefined : 'RFC 5969 speaks of 6rd only';

// RFC 5969 section 9: a 6rd node copies the inner Traffic Class into the TOS octet unless it is configured otherwise; its two ECN
// bits follow the ingress table. What that makes of CE is judged by dscp-ecn.ingress-table alone, so only the DSCP counts there.
dscpEcn.case('dscp-ecn.traffic-class-copy', { notFor: notSixRd }, async (t) => {
  const stimuli = podPackets(t, [0xb8, 0x28, 0x01, 0x00, 0xfc, 0xa5, 0x5a, 0x0e, 0xf1]);
  const seen = await t.exchange(...stimuli.map(([, stimulus]) => stimulus));
  for (const [trafficClass, stimulus] of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, outer } = packet;
    const codepoint = CODEPOINTS[trafficClass & 3] ?? 0;
    const dscp = outerDscp(t.profile, trafficClass);
    if (codepoint === CE) {
      t.expectEqual(`outer DSCP (${stimulus.title})`, outer.tos >> 2, dscp, { frame });
      continue;
    }
    const legal = (dscp << 2) | INGRESS[t.profile.switches.ecnEncap][codepoint];
    t.expectEqual(`outer TOS (${stimulus.title})`, hex(outer.tos), hex(legal), { frame });
  }
});
