import { PROTOCOL } from '../protocol-numbers.ts';
import { readTcpHeader, TCP, tcpDestinationPort, tcpHeaderLengthBytes, tcpSourcePort } from '../tcp.ts';
import { isThere, NO_ISSUES, payloadAt, stopAt, upperLayerChecksumState, type Decoder } from './state.ts';

const PORTS_LENGTH = 4;

export const decodeTcp: Decoder = (state, at, end) => {
  const { bytes } = state;
  const left = end - at;
  if (left >= PORTS_LENGTH && left < TCP.MINIMUM_HEADER_LENGTH) {
    // The usual quote of an ICMPv4 error: eight bytes, of which the ports identify the connection.
    const ports = `${tcpSourcePort(bytes, at)} > ${tcpDestinationPort(bytes, at)}`;
    const reason = `tcp header needs ${TCP.MINIMUM_HEADER_LENGTH} bytes, ${left} are left (ports ${ports})`;
    return stopAt(state, 'tcp', at, reason);
  }
  if (!isThere(state, 'tcp', at, end, TCP.MINIMUM_HEADER_LENGTH)) return undefined;
  const headerLengthBytes = tcpHeaderLengthBytes(bytes, at);
  if (headerLengthBytes < TCP.MINIMUM_HEADER_LENGTH) {
    return stopAt(state, 'tcp', at, `data offset is ${headerLengthBytes / 4}, less than 5`);
  }
  if (!isThere(state, 'tcp', at, end, headerLengthBytes)) return undefined;
  const checksum = state.incomplete ? 'unverified' : upperLayerChecksumState(state, at, end, PROTOCOL.TCP);
  const header = readTcpHeader(bytes, at);
  const layer = { offset: at, headerLengthBytes, endOffset: end, issues: NO_ISSUES, header, checksum };
  state.layers.push({ kind: 'tcp', ...layer });
  return payloadAt(at + headerLengthBytes, end);
};
