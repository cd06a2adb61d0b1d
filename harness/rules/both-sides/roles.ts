/** Which frames went into the DUT and which came out, in either direction. */
import { IPV6, ipv6HopLimit } from '../../packet/ipv6.ts';
import type { Dissection } from '../dissection.ts';
import { isDutIpv6, type Facts } from '../facts.ts';
import type { JudgedFrame } from '../finding.ts';
import { isLinkLocalAt, isMulticastAt } from '../ipv6-blocks.ts';

export const ENCAPSULATION = 1;
export const DECAPSULATION = 2;

/** A packet that the DUT would have to forward: not for itself, not of link scope, and with a hop to lose. */
function isTransit(packet: Dissection, facts: Facts): boolean {
  const { bytes, ipv6At } = packet;
  const destination = ipv6At + IPV6.DESTINATION;
  return (
    ipv6HopLimit(bytes, ipv6At) > 1 &&
    !isMulticastAt(bytes, destination) &&
    !isLinkLocalAt(bytes, destination) &&
    !isDutIpv6(facts, bytes, destination)
  );
}

/** In a capture without directions, the node's prefix tells them: `to` when a pod of the node is addressed, `from` when it sends. */
function nativeDirection({ bytes, ipv6At }: Dissection, { nodePrefix }: Facts): 'to' | 'from' | 'neither' {
  if (nodePrefix === undefined) return 'neither';
  const sends = nodePrefix.contains(bytes, ipv6At + IPV6.SOURCE);
  const receives = nodePrefix.contains(bytes, ipv6At + IPV6.DESTINATION);
  if (sends === receives) return 'neither';
  return sends ? 'from' : 'to';
}

/**
 * The role of a packet that went in, 0 for none. Outer fragments have none: what they carry is only known after reassembly, which
 * the rules do not do.
 */
export function inputRole(packet: Dissection, frame: JudgedFrame, facts: Facts): number {
  if (packet.ipv6At < 0 || !packet.ipv6Complete || packet.isFragment || frame.direction === 'from-dut') return 0;
  if (!isTransit(packet, facts)) return 0;
  if (packet.framing === 'none') {
    if (frame.direction === 'to-dut') return frame.port === 'P' || frame.port === undefined ? ENCAPSULATION : 0;
    return nativeDirection(packet, facts) === 'from' ? ENCAPSULATION : 0;
  }
  if (packet.ipv6EndAt > packet.ipv4EndAt) return 0;
  if (frame.direction === 'unknown' && !facts.dutIpv4.includes(packet.ipv4Destination)) return 0;
  return DECAPSULATION;
}

/** The role of a packet that came out, 0 for none; `isTunnel` says that the DUT encapsulated it. */
export function outputRole(packet: Dissection, frame: JudgedFrame, facts: Facts, isTunnel: boolean): number {
  if (packet.ipv6At < 0 || !packet.ipv6Complete || packet.isFragment || frame.direction === 'to-dut') return 0;
  if (isTunnel) return frame.direction === 'from-dut' || facts.dutIpv4.length > 0 ? ENCAPSULATION : 0;
  if (packet.framing !== 'none') return 0;
  if (frame.direction === 'from-dut') return DECAPSULATION;
  return nativeDirection(packet, facts) === 'to' ? DECAPSULATION : 0;
}
