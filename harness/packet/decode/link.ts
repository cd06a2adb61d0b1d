import { ARP, arpIsIpv4OverEthernet, readArpHeader } from '../arp.ts';
import { ETHERNET, ETHER_TYPE_MINIMUM, readEthernetHeader, readVlanHeader, VLAN } from '../ethernet.ts';
import { isThere, NO_ISSUES, noteBytesBehind, payloadAt, stopAt, type Decoder, type Next } from './state.ts';

export const decodeEthernet: Decoder = (state, at, end) => {
  const headerLengthBytes = ETHERNET.HEADER_LENGTH;
  if (!isThere(state, 'ethernet', at, end, headerLengthBytes)) return undefined;
  const header = readEthernetHeader(state.bytes, at);
  state.layers.push({ kind: 'ethernet', offset: at, headerLengthBytes, endOffset: end, issues: NO_ISSUES, header });
  return byEtherType(header.etherType, at + headerLengthBytes, end);
};

export const decodeVlan: Decoder = (state, at, end) => {
  const headerLengthBytes = VLAN.HEADER_LENGTH;
  if (!isThere(state, 'vlan', at, end, headerLengthBytes)) return undefined;
  const header = readVlanHeader(state.bytes, at);
  state.layers.push({ kind: 'vlan', offset: at, headerLengthBytes, endOffset: end, issues: NO_ISSUES, header });
  return byEtherType(header.etherType, at + headerLengthBytes, end);
};

export const decodeArp: Decoder = (state, at, end) => {
  const headerLengthBytes = ARP.HEADER_LENGTH;
  if (!isThere(state, 'arp', at, end, headerLengthBytes)) return undefined;
  if (!arpIsIpv4OverEthernet(state.bytes, at)) return stopAt(state, 'arp', at, 'not ARP for IPv4 over Ethernet');
  const endOffset = at + headerLengthBytes;
  const issues = noteBytesBehind(state, endOffset, end);
  const header = readArpHeader(state.bytes, at);
  state.layers.push({ kind: 'arp', offset: at, headerLengthBytes, endOffset, issues, header });
  return undefined;
};

function byEtherType(etherType: number, at: number, end: number): Next {
  if (etherType < ETHER_TYPE_MINIMUM) return payloadAt(at, end);
  return { table: 'ether-type', number: etherType, at, end };
}
