/** Where Wireshark and our decoder may differ on a frame, and exactly how far. */
import {
  icmpv6TypeName,
  toHex,
  type Decoded,
  type DecodedLayer,
  type DecodeStop,
} from '../../../harness/packet/index.ts';
import type { Field } from './flatten.ts';

export interface Difference {
  readonly field: Field;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

type Explanation =
  /** Wireshark shows the fields of a header that is cut; we stop in front of it. */
  | 'cut header'
  /** Wireshark shows, or guesses on, a header of a wrong version, length or address family; we stop in front of it. */
  | 'impossible header'
  /** RFC 4443 section 2.4 makes types 5 to 127 errors with a quote; Wireshark does not look into unknown ones. */
  | 'unknown error'
  /** Wireshark gives up behind malformed IPv6 options; we note them and go on. */
  | 'malformed options'
  /** RFC 4884: no quote is cut below 128 bytes; Wireshark obeys smaller lengths, we ignore them. */
  | 'short quote length'
  /** Wireshark does not check what is quoted or in a fragment, even if it is whole; we do. */
  | 'whole inside a part'
  /** Wireshark checks a cut message as if it were whole; we say that it cannot be verified. */
  | 'checksum of a part';

const SOUND_OPTIONS: ReadonlySet<string> = new Set(['050200000100', '010400000000']);

/** Why this difference is legitimate, or undefined if it is none of those. */
export function explain(
  difference: Difference,
  decoded: Decoded,
  layers: readonly DecodedLayer[],
): Explanation | undefined {
  const stop = innermostStop(decoded);
  const { field, ours, theirs } = difference;
  if (isPrefix(ours, theirs) && stop !== undefined) {
    const isCut = /needs \d+ bytes, \d+ are left/.test(stop.reason);
    if (isCut && theirs.length === ours.length + 1) return 'cut header';
    if (/^(version is|IHL is|data offset is|not ARP for|source routes)/.test(stop.reason)) return 'impossible header';
  }
  if (isPrefix(theirs, ours)) {
    if (field === 'udp.checksum.status' && stop?.reason.startsWith('length ')) return 'impossible header';
    if (field.startsWith('ip.') && stop?.reason.startsWith('total length ')) return 'impossible header';
    if (layers.some((layer) => layer.kind === 'icmpv6' && isUnknownError(layer.header.type))) return 'unknown error';
  }
  if (layers.some(hasOddOptions) && isPrefix(theirs, ours)) return 'malformed options';
  if (layers.some(hasShortQuoteLength) && (isPrefix(theirs, ours) || isPrefix(ours, theirs)))
    return 'short quote length';
  if (!field.endsWith('checksum.status') || ours.length > theirs.length) return undefined;
  return explainChecksums(difference, layers, stop);
}

function explainChecksums(
  { ours, theirs }: Difference,
  layers: readonly DecodedLayer[],
  stop: DecodeStop | undefined,
): Explanation | undefined {
  // A cut header behind may add one more, see above.
  if (theirs.length > ours.length + (stop === undefined ? 0 : 1)) return undefined;
  if (!layers.some(isPart)) return undefined;
  const pairs = ours.map((state, index) => [state, theirs[index]] as const).filter(([a, b]) => a !== b);
  if (pairs.every(([state]) => state === '2')) return 'checksum of a part';
  return pairs.every(([state, their]) => state === '2' || their === '2') ? 'whole inside a part' : undefined;
}

/** Whether the options are not those of the sound frames: Wireshark knows the lengths of most option types. */
function hasOddOptions(layer: DecodedLayer): boolean {
  if (layer.kind !== 'ipv6-hop-by-hop' && layer.kind !== 'ipv6-destination-options') return false;
  return !SOUND_OPTIONS.has(toHex(layer.header.options));
}

function hasShortQuoteLength(layer: DecodedLayer): boolean {
  if (layer.kind === 'icmpv4') return (layer.header.restOfHeader & 0xff0000) !== 0;
  return layer.kind === 'icmpv6' && layer.header.type !== 2 && layer.header.parameter >>> 24 !== 0;
}

function isUnknownError(type: number): boolean {
  return type < 128 && icmpv6TypeName(type) === `type ${type}`;
}

/** Whether what is behind this layer may be a part of something only. */
function isPart(layer: DecodedLayer): boolean {
  if (layer.issues.some((issue) => issue.endsWith('bytes are there'))) return true;
  if (layer.kind === 'icmpv4' || layer.kind === 'icmpv6') return layer.header.quoted.length > 0;
  if (layer.kind === 'ipv6-fragment') return layer.header.moreFragments || layer.header.fragmentOffset > 0;
  return layer.kind === 'ipv4' && (layer.header.moreFragments || layer.header.fragmentOffset > 0);
}

function innermostStop(decoded: Decoded): DecodeStop | undefined {
  const last = decoded.layers.at(-1);
  if (last?.kind !== 'icmpv4' && last?.kind !== 'icmpv6') return decoded.stop;
  const quoted = last.decodeQuoted();
  return quoted === undefined ? decoded.stop : innermostStop(quoted);
}

function isPrefix(prefix: readonly string[], whole: readonly string[]): boolean {
  return prefix.length <= whole.length && prefix.every((value, index) => value === whole[index]);
}
