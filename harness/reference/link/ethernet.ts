import { zeroed } from '../../packet/arena.ts';
import type { PortName } from '../../wire/wire.ts';
import { writeUint16 } from '../../packet/bytes.ts';
import type { ReferenceNode } from '../node.ts';

export const ETHERNET_HEADER_BYTES = 14;
export const BROADCAST_MAC = new Uint8Array(6).fill(0xff);

/** Puts an Ethernet header before a packet and sends it. */
export const sendFrame = (
  node: ReferenceNode,
  port: PortName,
  destination: Uint8Array,
  etherType: number,
  packet: Uint8Array,
): void => {
  const source = node.config.ports.get(port)?.mac;
  if (!source) return;
  const frame = zeroed(ETHERNET_HEADER_BYTES + packet.length);
  frame.set(destination, 0);
  frame.set(source, 6);
  writeUint16(frame, 12, etherType);
  frame.set(packet, ETHERNET_HEADER_BYTES);
  node.behaviour.link.transmit(node, port, frame);
};

/** 33:33 and the last four bytes of the group (RFC 2464 section 7). */
export const multicastMac = (group: Uint8Array, at = 0): Uint8Array =>
  Uint8Array.of(0x33, 0x33, group[at + 12] ?? 0, group[at + 13] ?? 0, group[at + 14] ?? 0, group[at + 15] ?? 0);

export interface LinkBehaviour {
  /** The last step of every frame. */
  transmit(node: ReferenceNode, port: PortName, frame: Uint8Array): void;
  /** Whether a frame with this destination is for the node: its own address, broadcast or a group. */
  accepts(own: Uint8Array, frame: Uint8Array): boolean;
  /** RFC 1122 section 3.3.6: a link-layer group frame carries IPv4 for a group or everybody, and this node is in none. */
  acceptsIpv4In(frame: Uint8Array): boolean;
}

export const link: LinkBehaviour = {
  transmit: (node, port, frame) => {
    node.transmit(port, frame);
  },
  accepts: (own, frame) => ((frame[0] ?? 0) & 1) === 1 || own.every((byte, index) => byte === frame[index]),
  acceptsIpv4In: (frame) => ((frame[0] ?? 0) & 1) === 0,
};
