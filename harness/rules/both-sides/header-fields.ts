/** What may change of the inner header, and how exactly: hop limit and ECN. */
import { IPV6, ipv6Ecn, ipv6HopLimit, ipv6TrafficClass } from '../../packet/ipv6.ts';
import { always } from '../rule.ts';
import { ecnText } from '../text.ts';
import type { Pair, PairRule } from './pair.ts';

const NOT_ECT = 0;
const CE = 3;

/** More severe is higher, by codepoint: Not-ECT, ECT(1), ECT(0), CE have ranks 0, 2, 1, 3 (RFC 6040 section 4.2). */
const SEVERITY = [0, 2, 1, 3] as const;

const classPlace = (pair: Pair) => ({ offset: pair.output.ipv6At, lengthBytes: 2, field: 'ipv6.trafficClass' });

/** The ECN field that an ECN-capable inner packet leaves with (RFC 6040 section 4.2, figure 4). */
export function mergedEcn(inner: number, outer: number): number {
  return (SEVERITY[outer & 3] ?? 0) > (SEVERITY[inner & 3] ?? 0) ? outer : inner;
}

/** Whether a queue may have made the one ECN field of the other (RFC 3168 section 5). */
export const isMarked = (before: number, after: number): boolean => before !== NOT_ECT && after === CE;

const decrement = (requirement: string, encapsulating: boolean): PairRule => ({
  requirement,
  appliesTo: always,
  create: () => (pair, _facts, report) => {
    if (pair.encapsulating !== encapsulating || (pair.shape !== 'forwarded' && pair.shape !== 'doubled')) return false;
    const before = ipv6HopLimit(pair.input, pair.inputAt);
    const at = pair.output.ipv6At + (pair.shape === 'doubled' ? IPV6.HEADER_LENGTH : 0);
    const after = ipv6HopLimit(pair.output.bytes, at);
    if (after !== before - 1) {
      report(`hop limit ${before - 1}, one less than it was sent with`, `hop limit ${after}`, {
        offset: at + IPV6.HOP_LIMIT,
        lengthBytes: 1,
        field: 'ipv6.hopLimit',
      });
    }
    return true;
  },
});

export const headerFieldRules: readonly PairRule[] = [
  {
    requirement: 'dscp-ecn.egress-drop-not-ect-ce',
    appliesTo: (facts) => facts.switches.ecnDecap === '6040',
    create: () => (pair, _facts, report) => {
      if (pair.encapsulating || pair.shape !== 'forwarded') return false;
      if (ipv6Ecn(pair.input, pair.inputAt) !== NOT_ECT || (pair.inputTos & 3) !== CE) return false;
      report('a Not-ECT inner packet under an outer CE is dropped', 'it was forwarded', classPlace(pair));
      return true;
    },
  },
  {
    // RFC 2983 section 3.1: the pipe model.
    requirement: 'dscp-ecn.egress-dscp-pipe',
    appliesTo: always,
    create: () => (pair, _facts, report) => {
      if (pair.encapsulating || pair.shape !== 'forwarded') return false;
      const before = ipv6TrafficClass(pair.input, pair.inputAt) >>> 2;
      const outer = pair.inputTos >>> 2;
      if (before === outer) return false;
      const after = ipv6TrafficClass(pair.output.bytes, pair.output.ipv6At) >>> 2;
      if (after === outer)
        report(
          `inner DSCP ${before}, as it was sent`,
          `inner DSCP ${after}, that of the outer header`,
          classPlace(pair),
        );
      return true;
    },
  },
  {
    requirement: 'dscp-ecn.egress-not-ect-kept',
    appliesTo: (facts) => facts.switches.ecnDecap === '6040',
    create: () => (pair, _facts, report) => {
      if (pair.encapsulating || pair.shape !== 'forwarded') return false;
      const outer = pair.inputTos & 3;
      if (ipv6Ecn(pair.input, pair.inputAt) !== NOT_ECT || outer === CE) return false;
      const after = ipv6Ecn(pair.output.bytes, pair.output.ipv6At);
      if (after !== NOT_ECT)
        report(`inner Not-ECT under an outer ${ecnText(outer)}`, `inner ${ecnText(after)}`, classPlace(pair));
      return true;
    },
  },
  {
    requirement: 'dscp-ecn.egress-table',
    appliesTo: always,
    create:
      () =>
      (pair, { switches, mayHaveQueued }, report) => {
        if (pair.encapsulating || pair.shape !== 'forwarded') return false;
        const inner = ipv6Ecn(pair.input, pair.inputAt);
        if (inner === NOT_ECT && switches.ecnDecap === '6040') return false;
        const outer = pair.inputTos & 3;
        const expected = switches.ecnDecap === 'off' ? inner : mergedEcn(inner, outer);
        const after = ipv6Ecn(pair.output.bytes, pair.output.ipv6At);
        if (mayHaveQueued && isMarked(expected, after)) return false;
        if (after !== expected) {
          report(
            `${ecnText(expected)} for inner ${ecnText(inner)} and outer ${ecnText(outer)}`,
            ecnText(after),
            classPlace(pair),
          );
        }
        return true;
      },
  },
  {
    requirement: 'dscp-ecn.ingress-table',
    appliesTo: always,
    create: () => (pair, facts, report) => {
      if (!pair.encapsulating || pair.shape !== 'forwarded') return false;
      const before = ipv6Ecn(pair.input, pair.inputAt);
      const after = ipv6Ecn(pair.output.bytes, pair.output.ipv6At);
      if (facts.mayHaveQueued && isMarked(before, after)) return false;
      if (after !== before)
        report(`inner ECN ${ecnText(before)}, as it was sent`, `inner ECN ${ecnText(after)}`, classPlace(pair));
      return true;
    },
  },
  decrement('hop-limit.decap-decrement', false),
  decrement('hop-limit.encap-decrement', true),
];
