/** ICMPv4 for the node itself (RFC 792, RFC 1122 section 3.2.2). */
import { concat, readUint32, writeUint16 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { ICMPV4_TYPE } from '../../packet/icmpv4-types.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';
import { receiveTunnelError } from '../tunnel/icmpv4-errors.ts';
import { buildIpv4 } from './header.ts';

/** RFC 1812 section 4.3.2.3: as much as fits into 576 bytes. */
const ERROR_LENGTH_BYTES = 576;

export const receiveIcmpv4 = (node: ReferenceNode, message: Uint8Array, outer: OuterSummary): void => {
  if (message.length < 8 || internetChecksum(message) !== 0) return;
  const type = message[0];
  if (type === ICMPV4_TYPE.ECHO_REQUEST && message[1] === 0) echo(node, message, outer);
  else if (node.behaviour.icmpv4Errors.concerns(type)) receiveTunnelError(node, message);
};

const echo = (node: ReferenceNode, request: Uint8Array, outer: OuterSummary): void => {
  const reply = request.slice();
  reply[0] = ICMPV4_TYPE.ECHO_REPLY;
  send(node, outer.destination, outer.source, reply, outer.tos);
};

const send = (node: ReferenceNode, source: number, destination: number, message: Uint8Array, tos: number): void => {
  writeUint16(message, 2, 0);
  writeUint16(message, 2, internetChecksum(message));
  const identification = node.identifications.next(source, destination, PROTOCOL.ICMPV4);
  const fields = { source, destination, protocol: PROTOCOL.ICMPV4, identification, tos, payload: message };
  node.paths.sendIpv4(buildIpv4(fields), () => undefined);
};

/** An ICMPv4 error about a datagram that the node has received; never about ICMP (RFC 1122 section 3.2.2). */
export const sendIcmpv4Error = (node: ReferenceNode, type: number, code: number, datagram: Uint8Array): void => {
  if (datagram[IPV4.PROTOCOL] === PROTOCOL.ICMPV4) return;
  if (!node.errorBudget.take(node.clock.nowMs(), datagram.subarray(IPV4.SOURCE, IPV4.SOURCE + 4))) return;
  const quote = datagram.subarray(0, ERROR_LENGTH_BYTES - IPV4.MINIMUM_HEADER_LENGTH - 8);
  const message = concat(Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0), quote);
  send(node, readUint32(datagram, IPV4.DESTINATION), readUint32(datagram, IPV4.SOURCE), message, 0);
};
