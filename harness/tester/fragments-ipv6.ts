/** Outer IPv6 fragments of a tunnel stimulus (RFC 8200 section 4.5). */
import { concat } from '../packet/bytes.ts';
import { build } from '../packet/build.ts';
import { ETHERNET } from '../packet/ethernet.ts';
import { IPV6, readIpv6Header } from '../packet/ipv6.ts';
import { payload } from '../packet/layer.ts';
import { fragmentHeader } from '../packet/layers/ipv6-extension.ts';
import { ipv6 } from '../packet/layers/ipv6.ts';
import type { FragmentPiece, Stimulus } from './context.ts';

const AT = ETHERNET.HEADER_LENGTH;

/** What may be fragmented: everything behind the IPv6 header, since the tester sends no header that routers look at. */
export const fragmentablePart = ({ frame }: Stimulus): Uint8Array => frame.subarray(AT + IPV6.HEADER_LENGTH);

/** The IPv6 packet of one fragment, in its frame. */
export const ipv6FragmentFrame = (
  whole: Stimulus,
  piece: FragmentPiece,
  content: Uint8Array,
  moreFragments: boolean,
  identification: number,
): Uint8Array => {
  const { source, destination, trafficClass, hopLimit, nextHeader, flowLabel } = readIpv6Header(whole.frame, AT);
  const { outer } = piece;
  const packet = build(
    ipv6({
      source,
      destination,
      flowLabel,
      trafficClass: outer?.tos ?? trafficClass,
      hopLimit: outer?.ttl ?? hopLimit,
    }),
    fragmentHeader({
      nextHeader: outer?.protocol ?? nextHeader,
      identification: outer?.identification ?? identification,
      moreFragments,
      fragmentOffset: outer?.fragmentOffset ?? piece.offsetBytes / 8,
    }),
    payload(content),
  );
  return concat(whole.frame.subarray(0, AT), packet, piece.trailer ?? new Uint8Array(0));
};
