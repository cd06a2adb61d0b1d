import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { dscpEcn } from './area.ts';
import {
  CE,
  CODEPOINTS,
  ecnName,
  ECT_0,
  ECT_1,
  EGRESS,
  INGRESS,
  NOT_ECT,
  type Codepoint,
  type IngressMode,
} from './tables.ts';

/** DSCP 10 inside and 46 outside, so that one is not taken for the other. */
const INNER_DSCP = 10;
const OUTER_DSCP = 46;

interface Cell {
  readonly inner: Codepoint;
  readonly outer: Codepoint;
  readonly stimulus: Stimulus;
}

const cell = (t: TestContext, inner: Codepoint, outer: Codepoint, dscp = INNER_DSCP): Cell => ({
  inner,
  outer,
  stimulus: {
    ...t.fromTunnel({ trafficClass: (dscp << 2) | inner }, { outer: { tos: (OUTER_DSCP << 2) | outer } }),
    title: `tunnel packet with inner ${ecnName(inner)} and outer ${ecnName(outer)}`,
  },
});

const cells = (t: TestContext, inner: readonly Codepoint[]): readonly Cell[] =>
  inner.flatMap((innerCodepoint) => CODEPOINTS.map((outer) => cell(t, innerCodepoint, outer)));

const isDropped = ({ inner, outer }: Pick<Cell, 'inner' | 'outer'>): boolean => EGRESS[inner][outer] === 'drop';

const exchangeCells = (t: TestContext, all: readonly Cell[]): Promise<Seen> =>
  t.exchange(...all.map(({ stimulus }) => stimulus));

/** Judges the cells by the egress table, or by the inner field alone where the profile has the merging switched off. */
const judgeEgress = (t: TestContext, seen: Seen, all: readonly Cell[]): void => {
  for (const { inner, outer, stimulus } of all) {
    const result = t.profile.switches.ecnDecap === 'off' ? inner : EGRESS[inner][outer];
    if (result === 'drop') {
      t.expectNothing(seen, stimulus);
      continue;
    }
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered === undefined) continue;
    const { frame, header } = delivered;
    t.expectEqual(`ECN on P (${stimulus.title})`, ecnName(header.trafficClass & 3), ecnName(result), { frame });
    t.expectEqual(`DSCP on P (${stimulus.title})`, header.trafficClass >> 2, INNER_DSCP, { frame });
  }
};

// RFC 6040 section 4.2: congestion was experienced by a packet whose transport cannot be told, so the packet is dropped: silently,
// and neither marked nor delivered as if nothing had been.
dscpEcn.case('dscp-ecn.egress-drop-not-ect-ce', async (t) => {
  const dropped = [cell(t, NOT_ECT, CE), cell(t, NOT_ECT, CE), cell(t, NOT_ECT, CE)];
  const delivered = [cell(t, NOT_ECT, NOT_ECT), cell(t, ECT_0, CE)];
  judgeEgress(t, await exchangeCells(t, [...dropped, ...delivered]), [...dropped, ...delivered]);
});

// RFC 6040 section 4.2: a packet that came without ECN leaves without ECN, for every outer field but CE.
dscpEcn.case('dscp-ecn.egress-not-ect-kept', async (t) => {
  const all = cells(t, [NOT_ECT]).filter((each) => !isDropped(each));
  judgeEgress(t, await exchangeCells(t, all), all);
});

// RFC 6040 section 4.2: an ECN-capable packet leaves with the more severe of its two fields, CE over ECT(1) over ECT(0), and with
// its own DSCP.
dscpEcn.case('dscp-ecn.egress-table', async (t) => {
  const all = cells(t, [ECT_0, ECT_1, CE]);
  judgeEgress(t, await exchangeCells(t, all), all);
});

/** One pod packet per codepoint, and what became of its field: as one of the columns says. */
const judgeIngress = async (t: TestContext, columns: readonly IngressMode[]): Promise<void> => {
  const stimuli = CODEPOINTS.map((codepoint) => {
    const fields = { trafficClass: (OUTER_DSCP << 2) | codepoint };
    return { codepoint, stimulus: { ...t.fromPod(fields), title: `pod packet with ${ecnName(codepoint)}` } };
  });
  const seen = await t.exchange(...stimuli.map(({ stimulus }) => stimulus));
  for (const { codepoint, stimulus } of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, innerHeader, outer } = packet;
    const legal = [...new Set(columns.map((column) => ecnName(INGRESS[column][codepoint])))];
    t.expectEqual(`outer ECN (${stimulus.title})`, ecnName(outer.tos & 3), legal, { frame });
    const trafficClass = (OUTER_DSCP << 2) | codepoint;
    t.expectEqual(`inner Traffic Class (${stimulus.title})`, innerHeader?.trafficClass ?? -1, trafficClass, {
      frame,
    });
  }
};

// RFC 6040, RFC 8085 section 3.1.11: the rules are those of an IP header in an IP header, and a UDP header between them changes
// nothing: the ingress table, in one of the columns that keep ECN alive (which one is asked for itself), and all sixteen cells of the
// egress table.
dscpEcn.case('dscp-ecn.framing-independent', async (t) => {
  await judgeIngress(t, t.profile.switches.ecnEncap === 'compat' ? ['compat'] : ['6040', '3168']);
  const all = cells(t, CODEPOINTS);
  judgeEgress(t, await exchangeCells(t, all), all);
});

// RFC 6040 sections 4.1 and 4.3, RFC 3168 section 9.1.1: encapsulation fills the outer ECN field by the column of the mode that the
// profile names, CE included, and leaves the inner one alone.
dscpEcn.case('dscp-ecn.ingress-table', (t) => judgeIngress(t, [t.profile.switches.ecnEncap]));

// RFC 6040 section 4.3: a node that offers the compatibility mode, in which no outer header carries ECN, offers the normal mode as well.
dscpEcn.case('dscp-ecn.compatibility-mode', async (t) => {
  const { ecnEncap } = t.profile.switches;
  const { refused } = await t.tryRestart({ switches: { ecnEncap: 'compat' } });
  if (refused === undefined) await judgeIngress(t, ['compat']);
  else t.note(`The compatibility mode was refused: ${refused}`);
  // In which of the columns that keep ECN alive is asked by dscp-ecn.ingress-table.
  await t.restart({ switches: { ecnEncap: ecnEncap === 'compat' ? '6040' : ecnEncap } });
  await judgeIngress(t, ['6040', '3168']);
});
