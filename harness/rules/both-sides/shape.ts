import { equalRange, readUint8 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { Pair, PairShape } from './pair.ts';
import { icmpv6TypeIn } from '../upper-layer.ts';

const ADDRESSES_BYTES = 32;

/** What became of the input, from the two packets alone. */
export function shapeOf(pair: Pair): PairShape {
  const { input, inputAt, inputEnd, output } = pair;
  const { bytes, ipv6At, ipv6EndAt, nextHeader } = output;
  const outputType = icmpv6TypeIn(bytes, ipv6At, ipv6EndAt);
  if (outputType !== -1 && outputType !== icmpv6TypeIn(input, inputAt, inputEnd)) return 'answered';
  const inputNextHeader = readUint8(input, inputAt + IPV6.NEXT_HEADER);
  const nestedAt = inputAt + IPV6.HEADER_LENGTH;
  const outputAddresses = ipv6At + IPV6.SOURCE;
  const isSamePair = equalRange(input, inputAt + IPV6.SOURCE, bytes, outputAddresses, ADDRESSES_BYTES);
  if (inputNextHeader === PROTOCOL.IPV6 && !isSamePair && nestedAt + IPV6.HEADER_LENGTH <= inputEnd) {
    if (equalRange(input, nestedAt + IPV6.SOURCE, bytes, outputAddresses, ADDRESSES_BYTES)) return 'stripped';
  }
  if (nextHeader === PROTOCOL.IPV6 && inputNextHeader !== PROTOCOL.IPV6) {
    const doubledAt = ipv6At + IPV6.HEADER_LENGTH + IPV6.SOURCE;
    if (
      doubledAt + ADDRESSES_BYTES <= ipv6EndAt &&
      equalRange(input, inputAt + IPV6.SOURCE, bytes, doubledAt, ADDRESSES_BYTES)
    )
      return 'doubled';
  }
  if (nextHeader === PROTOCOL.FRAGMENT && inputNextHeader !== PROTOCOL.FRAGMENT) return 'fragment-added';
  if (nextHeader !== PROTOCOL.FRAGMENT && inputNextHeader === PROTOCOL.FRAGMENT) return 'reassembled';
  return 'forwarded';
}

/** Counts the bytes that differ, without the first word (version, class, label) and the hop limit, which have rules of their own. */
export function compare(pair: Pair): void {
  const { input, inputAt, inputEnd, output } = pair;
  const { bytes, ipv6At, ipv6EndAt } = output;
  const end = Math.min(inputEnd - inputAt, ipv6EndAt - ipv6At);
  pair.differenceAt = -1;
  pair.differentBytes = 0;
  for (let at: number = IPV6.PAYLOAD_LENGTH; at < end; at++) {
    if (input[inputAt + at] === bytes[ipv6At + at] || at === IPV6.HOP_LIMIT) continue;
    if (pair.differenceAt === -1) pair.differenceAt = at;
    pair.differentBytes++;
  }
}
