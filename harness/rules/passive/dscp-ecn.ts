/**
 * The outer TOS octet against the inner Traffic Class of the same packet. Routers on the way may mark congestion and rewrite the DSCP, so
 * a frame that was not surely seen at the node itself proves less; and so may a queue of the node itself mark congestion.
 */
import { IPV4, ipv4Ecn, ipv4Tos } from '../../packet/ipv4.ts';
import { ipv6Ecn, ipv6TrafficClass } from '../../packet/ipv6.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile } from '../facts.ts';
import { always, type PassiveRule } from '../rule.ts';
import { ecnText } from '../text.ts';

const CE = 3;
const ECT0 = 2;

const tosPlace = (packet: Dissection) => ({ offset: packet.ipv4At + IPV4.TOS, lengthBytes: 1, field: 'ipv4.tos' });

export const dscpEcnRules: readonly PassiveRule[] = [
  {
    requirement: 'dscp-ecn.dscp-default-zero',
    scope: 'inner',
    appliesTo: (facts) => facts.switches.tos === 'zero' && isProfile(facts, '6in4', '6to4', 'fou', 'gue'),
    judge(packet, _facts, report) {
      if (!packet.fromDut) return false;
      const dscp = ipv4Tos(packet.bytes, packet.ipv4At) >>> 2;
      if (dscp !== 0) report('outer DSCP 0', `outer DSCP ${dscp}`, tosPlace(packet));
      return true;
    },
  },
  {
    // RFC 6040 section 4.1; RFC 3168 section 9.1.1 for the two older modes.
    requirement: 'dscp-ecn.ingress-table',
    scope: 'inner',
    appliesTo: always,
    judge(packet, { switches, mayHaveQueued }, report) {
      const inner = ipv6Ecn(packet.bytes, packet.ipv6At);
      const outer = ipv4Ecn(packet.bytes, packet.ipv4At);
      let expected = inner;
      if (switches.ecnEncap === 'compat') expected = 0;
      else if (switches.ecnEncap === '3168' && inner === CE) expected = ECT0;
      const isMarkedOnTheWay = (mayHaveQueued || !packet.fromDut) && outer === CE && expected !== 0;
      if (outer !== expected && !isMarkedOnTheWay) {
        report(
          `outer ECN ${ecnText(expected)} for the inner ${ecnText(inner)}`,
          `outer ECN ${ecnText(outer)}`,
          tosPlace(packet),
        );
      }
      return true;
    },
  },
  {
    // RFC 5969 section 9. The two ECN bits belong to the ingress table.
    requirement: 'dscp-ecn.traffic-class-copy',
    scope: 'inner',
    appliesTo: (facts) => facts.switches.tos === 'copy' && isProfile(facts, '6rd', '6rd-br', 'fou', 'gue'),
    judge(packet, _facts, report) {
      if (!packet.fromDut) return false;
      const inner = ipv6TrafficClass(packet.bytes, packet.ipv6At) >>> 2;
      const outer = ipv4Tos(packet.bytes, packet.ipv4At) >>> 2;
      if (outer !== inner)
        report(`outer DSCP ${inner}, copied from the inner packet`, `outer DSCP ${outer}`, tosPlace(packet));
      return true;
    },
  },
];
