/** Address Resolution Protocol (RFC 826) on the underlay ports. */
import { readUint16, readUint32, writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { ARP, ARP_HARDWARE_ETHERNET, ARP_OPERATION, arpIsIpv4OverEthernet } from '../../packet/arp.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import type { PortName } from '../../wire/wire.ts';
import type { NodeConfig } from '../config.ts';
import { inNet } from '../ipv4/net.ts';
import type { ReferenceNode } from '../node.ts';
import { BROADCAST_MAC, sendFrame } from './ethernet.ts';

const buildArp = (
  operation: number,
  senderMac: Uint8Array,
  sender: number,
  targetMac: Uint8Array,
  target: number,
): Uint8Array => {
  const packet = new Uint8Array(ARP.HEADER_LENGTH);
  writeUint16(packet, ARP.HARDWARE_TYPE, ARP_HARDWARE_ETHERNET);
  writeUint16(packet, ARP.PROTOCOL_TYPE, ETHER_TYPE.IPV4);
  packet[ARP.HARDWARE_LENGTH] = 6;
  packet[ARP.PROTOCOL_LENGTH] = 4;
  writeUint16(packet, ARP.OPERATION, operation);
  packet.set(senderMac, ARP.SENDER_HARDWARE_ADDRESS);
  writeUint32(packet, ARP.SENDER_PROTOCOL_ADDRESS, sender);
  packet.set(targetMac, ARP.TARGET_HARDWARE_ADDRESS);
  writeUint32(packet, ARP.TARGET_PROTOCOL_ADDRESS, target);
  return packet;
};

/** The port on which an address is asked for: the one whose subnet holds it, U for a gateway outside all of them. */
const portOf = (config: NodeConfig, address: number): PortName => {
  const route = config.underlayRoutes.find((candidate) => candidate.gateway === address);
  const attached = config.localAddresses.find((local) =>
    inNet({ address: local.address, length: local.prefixLength }, address),
  );
  return route?.port ?? attached?.port ?? 'U';
};

export const solicitArp = (node: ReferenceNode, target: number): void => {
  const port = portOf(node.config, target);
  const own = node.config.ports.get(port);
  const sender = node.config.localAddresses.find((local) => local.port === port);
  if (!own || !sender) return;
  const request = buildArp(ARP_OPERATION.REQUEST, own.mac, sender.address, new Uint8Array(6), target);
  sendFrame(node, port, BROADCAST_MAC, ETHER_TYPE.ARP, request);
};

/** Answers for the addresses of this port only: an address of another port is not on this link. */
export const receiveArp = (node: ReferenceNode, port: PortName, packet: Uint8Array): void => {
  if (packet.length < ARP.HEADER_LENGTH || !arpIsIpv4OverEthernet(packet, 0)) return;
  const operation = readUint16(packet, ARP.OPERATION);
  const sender = readUint32(packet, ARP.SENDER_PROTOCOL_ADDRESS);
  const senderMac = packet.subarray(ARP.SENDER_HARDWARE_ADDRESS, ARP.SENDER_HARDWARE_ADDRESS + 6);
  const target = readUint32(packet, ARP.TARGET_PROTOCOL_ADDRESS);
  const isOurs = node.config.localAddresses.some((local) => local.port === port && local.address === target);
  const claimsOurs = node.config.localAddresses.some((local) => local.address === sender);
  if (claimsOurs) return;
  // RFC 826: an entry that exists is updated by every packet, a new one is made only by who speaks to this node.
  if (sender !== 0) node.arp.learn(sender, senderMac, isOurs);
  const own = node.config.ports.get(port);
  if (operation !== ARP_OPERATION.REQUEST || !isOurs || !own) return;
  const reply = buildArp(ARP_OPERATION.REPLY, own.mac, target, senderMac, sender);
  sendFrame(node, port, senderMac, ETHER_TYPE.ARP, reply);
};
