/** Outer destinations that no tunnel packet may have. */
import { IPV4 } from '../../packet/ipv4.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile, type Facts } from '../facts.ts';
import { unusableBlock } from '../ipv4-blocks.ts';
import type { PassiveRule } from '../rule.ts';
import { ipv4Text } from '../text.ts';

const embeds = (facts: Facts): boolean => isProfile(facts, '6to4', '6rd', '6rd-br', 'fou', 'gue');

const destinationPlace = (packet: Dissection) => ({
  offset: packet.ipv4At + IPV4.DESTINATION,
  lengthBytes: 4,
  field: 'ipv4.destination',
});

export const loopRules: readonly PassiveRule[] = [
  {
    requirement: 'loop.own-ipv4-destination',
    scope: 'header',
    appliesTo: embeds,
    judge(packet, { dutIpv4 }, report) {
      const destination = packet.ipv4Destination;
      if (destination === packet.ipv4Source || dutIpv4.includes(destination)) {
        report(
          "no tunnel packet to an address of the node's own",
          `a tunnel packet from ${ipv4Text(packet.ipv4Source)} to the node's own ${ipv4Text(destination)}`,
          destinationPlace(packet),
        );
      }
      return true;
    },
  },
  {
    // The node's own addresses and directed broadcasts have rules of their own, which are charged instead.
    requirement: 'loop.unusable-outer-destination',
    scope: 'header',
    appliesTo: embeds,
    judge(packet, _facts, report) {
      const block = unusableBlock(packet.ipv4Destination);
      if (block !== undefined) {
        report(
          'no tunnel packet to an address that is no unicast address of a host',
          `a tunnel packet to ${ipv4Text(packet.ipv4Destination)} (${block})`,
          destinationPlace(packet),
        );
      }
      return true;
    },
  },
];
