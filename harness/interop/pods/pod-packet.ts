import type { Ipv6Address } from '../../address/index.ts';
import { concat } from '../../packet/bytes.ts';
import { build } from '../../packet/build.ts';
import { decode, type Decoded } from '../../packet/decode.ts';
import { IPV6, readIpv6Header } from '../../packet/ipv6.ts';
import { IPV6_FRAGMENT } from '../../packet/ipv6-extension.ts';
import { payload } from '../../packet/layer.ts';
import { fragmentHeader } from '../../packet/layers/ipv6-extension.ts';
import { ipv6 } from '../../packet/layers/ipv6.ts';

/** A whole IPv6 packet of a pod, before it is fragmented and framed. */
export interface PodPacket {
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
  readonly bytes: Uint8Array;
}

/** The packet, or its fragments where it is longer than the path takes (RFC 8200 section 4.5). */
export const fragmentsOf = ({ bytes }: PodPacket, mtuBytes: number, identification: number): readonly Uint8Array[] => {
  if (bytes.length <= mtuBytes) return [bytes];
  const { source, destination, trafficClass, flowLabel, hopLimit, nextHeader } = readIpv6Header(bytes, 0);
  const content = bytes.subarray(IPV6.HEADER_LENGTH);
  const perFragment = Math.floor((mtuBytes - IPV6.HEADER_LENGTH - IPV6_FRAGMENT.HEADER_LENGTH) / 8) * 8;
  const fragments: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += perFragment) {
    const piece = content.subarray(at, at + perFragment);
    const moreFragments = at + perFragment < content.length;
    fragments.push(
      build(
        ipv6({ source, destination, trafficClass, flowLabel, hopLimit }),
        fragmentHeader({ nextHeader, identification, moreFragments, fragmentOffset: at / 8 }),
        payload(piece),
      ),
    );
  }
  return fragments;
};

interface Train {
  readonly pieces: { readonly at: number; readonly content: Uint8Array }[];
  totalBytes: number | undefined;
  nextHeader: number;
  header: Uint8Array;
}

/** Puts the fragments together that pods get. Nothing ages: a pair does not last as long as a reassembly may (60 s). */
export class Reassembly {
  readonly #trains = new Map<string, Train>();

  /** The whole packet, decoded: at once for one that is no fragment, with the last piece for others, else undefined. */
  take(packet: Decoded): Decoded | undefined {
    const [network, fragment] = packet.layers;
    if (network?.kind !== 'ipv6' || fragment?.kind !== 'ipv6-fragment') return packet;
    const { source, destination } = network.header;
    const { identification, nextHeader, fragmentOffset, moreFragments } = fragment.header;
    const key = `${source.toString()} ${destination.toString()} ${String(identification)}`;
    const train = this.#trains.get(key) ?? {
      pieces: [],
      totalBytes: undefined,
      nextHeader,
      header: packet.bytes.slice(0, IPV6.HEADER_LENGTH),
    };
    this.#trains.set(key, train);
    const content = packet.bytes.subarray(fragment.offset + IPV6_FRAGMENT.HEADER_LENGTH, network.endOffset);
    const at = fragmentOffset * 8;
    if (!train.pieces.some((piece) => piece.at === at)) train.pieces.push({ at, content });
    if (!moreFragments) train.totalBytes = at + content.length;
    const { totalBytes } = train;
    const gathered = train.pieces.reduce((sum, piece) => sum + piece.content.length, 0);
    if (totalBytes === undefined || gathered < totalBytes) return undefined;
    this.#trains.delete(key);
    const whole = new Uint8Array(totalBytes);
    for (const piece of train.pieces) {
      if (piece.at + piece.content.length > totalBytes) return undefined;
      whole.set(piece.content, piece.at);
    }
    const bytes = concat(train.header, whole);
    bytes[IPV6.PAYLOAD_LENGTH] = totalBytes >>> 8;
    bytes[IPV6.PAYLOAD_LENGTH + 1] = totalBytes & 0xff;
    bytes[IPV6.NEXT_HEADER] = train.nextHeader;
    return decode(bytes, 'ipv6');
  }
}
