import { decode, findLayer } from '../../packet/decode.ts';
import { ICMPV6_TYPE, icmpv6CodeName, icmpv6IsError, icmpv6TypeName } from '../../packet/icmpv6-types.ts';
import type { LinkFrame } from '../links.ts';
import { pathOf, quoteKey } from './transits.ts';

/** An ICMPv6 error with which a node answered a packet of its pods. */
export interface IcmpError {
  readonly frame: LinkFrame;
  readonly isTooBig: boolean;
  /** The MTU that a Packet Too Big reports. */
  readonly mtuBytes: number;
  /** As of the packet that it is about. */
  readonly quoteKey: string;
  /** Source and destination of that packet. */
  readonly path: string;
  /** In words. */
  readonly name: string;
}

/** The errors that a node sent to its pods, in their order. */
export const errorsToPods = (frames: readonly LinkFrame[]): readonly IcmpError[] =>
  frames
    .filter(({ port, direction }) => port === 'P' && direction === 'outbound')
    .flatMap((frame) => {
      const icmp = findLayer(decode(frame.bytes, 'ethernet'), 'icmpv6');
      if (icmp === undefined || !icmpv6IsError(icmp.header.type)) return [];
      const { type, code, parameter, quoted } = icmp.header;
      return [
        {
          frame,
          isTooBig: type === ICMPV6_TYPE.PACKET_TOO_BIG,
          mtuBytes: parameter,
          quoteKey: quoteKey(quoted),
          path: pathOf(quoted),
          name: `ICMPv6 ${icmpv6TypeName(type)}, ${icmpv6CodeName(type, code)}`,
        },
      ];
    });
