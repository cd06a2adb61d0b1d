import { internetChecksum } from '../checksum.ts';
import type { ChecksumState } from '../decoded.ts';
import { GRE, GRE_FLAG, greFlags, greHeaderLengthBytes, readGreHeader } from '../gre.ts';
import { isThere, NO_ISSUES, stopAt, type Decoder, type DecodeState } from './state.ts';

export const decodeGre: Decoder = (state, at, end) => {
  const { bytes } = state;
  if (!isThere(state, 'gre', at, end, GRE.MINIMUM_HEADER_LENGTH)) return undefined;
  const flags = greFlags(bytes, at);
  if ((flags & 0x0007) !== 0) return stopAt(state, 'gre', at, `version is ${flags & 0x0007}, not 0`);
  // RFC 2784: a receiver without RFC 1701 must discard packets with these bits set.
  if ((flags & GRE_FLAG.ROUTING) !== 0) return stopAt(state, 'gre', at, 'source routes of RFC 1701 are not known');
  const headerLengthBytes = greHeaderLengthBytes(bytes, at);
  if (!isThere(state, 'gre', at, end, headerLengthBytes)) return undefined;
  const header = readGreHeader(bytes, at);
  const checksum = checksumState(state, at, end, flags);
  const layer = { offset: at, headerLengthBytes, endOffset: end, issues: NO_ISSUES, header, checksum };
  state.layers.push({ kind: 'gre', ...layer });
  return { table: 'ether-type', number: header.protocolType, at: at + headerLengthBytes, end };
};

function checksumState(state: DecodeState, at: number, end: number, flags: number): ChecksumState {
  if ((flags & GRE_FLAG.CHECKSUM) === 0) return 'absent';
  if (state.incomplete) return 'unverified';
  return internetChecksum(state.bytes, at, end) === 0 ? 'good' : 'bad';
}
