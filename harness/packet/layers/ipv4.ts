import { zeroed } from '../arena.ts';
import type { Ipv4Address } from '../../address/index.ts';
import { concat, writeUint16, writeUint8 } from '../bytes.ts';
import { internetChecksum } from '../checksum.ts';
import { ETHER_TYPE } from '../ether-types.ts';
import { IPV4, IPV4_FLAG, type Ipv4Header } from '../ipv4.ts';
import { ipv4Bytes, unsigned, type BuildContext, type Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { protocolOf } from './next-protocol.ts';
import { writeChecksum } from './upper-layer-checksum.ts';

const DEFAULT_TTL = 64;

/** The fields of the header; addresses also as text. */
export interface Ipv4Fields extends Partial<Omit<Ipv4Header, 'source' | 'destination'>> {
  readonly source?: Ipv4Address | string;
  readonly destination?: Ipv4Address | string;
}

/**
 * IPv4 header; see ipv4.ts. Options are padded with zeros (End of Options List) to a multiple of four bytes.
 * Unset: version 4, ihl and totalLength and headerChecksum and protocol computed, ttl 64, everything else zero.
 */
export function ipv4(fields: Ipv4Fields = {}): Layer {
  const source = ipv4Bytes(fields.source);
  const destination = ipv4Bytes(fields.destination);
  return {
    kind: 'ipv4',
    protocolNumber: PROTOCOL.IPV4,
    etherType: ETHER_TYPE.IPV4,
    addresses: { source, destination },
    finish(inner, context) {
      const header = headerWithoutChecksum(fields, inner.length, context);
      header.set(source, IPV4.SOURCE);
      header.set(destination, IPV4.DESTINATION);
      const set =
        fields.headerChecksum === undefined ? undefined : unsigned('headerChecksum', fields.headerChecksum, 16);
      // A receiver sums what IHL claims; with a wrong IHL that reaches into the payload, and so must the checksum.
      const packet = concat(header, inner);
      const claimed = Math.min(((header[0] ?? 0) & 0x0f) * 4, packet.length);
      return writeChecksum(packet, IPV4.HEADER_CHECKSUM, set, () => internetChecksum(packet, 0, claimed));
    },
  };
}

function headerWithoutChecksum(fields: Ipv4Fields, innerLength: number, { next }: BuildContext): Uint8Array {
  const options = fields.options ?? new Uint8Array(0);
  const words = 5 + Math.ceil(options.length / 4);
  const header = zeroed(words * 4);
  header.set(options, IPV4.OPTIONS);
  const version = unsigned('version', fields.version ?? 4, 4);
  writeUint8(header, IPV4.VERSION_IHL, (version << 4) | unsigned('ihl', fields.ihl ?? words, 4));
  writeUint8(header, IPV4.TOS, unsigned('tos', fields.tos ?? 0, 8));
  const totalLength = unsigned('totalLength', fields.totalLength ?? header.length + innerLength, 16);
  writeUint16(header, IPV4.TOTAL_LENGTH, totalLength);
  writeUint16(header, IPV4.IDENTIFICATION, unsigned('identification', fields.identification ?? 0, 16));
  writeUint16(
    header,
    IPV4.FLAGS_FRAGMENT_OFFSET,
    (fields.reservedFlag === true ? IPV4_FLAG.RESERVED : 0) |
      (fields.dontFragment === true ? IPV4_FLAG.DONT_FRAGMENT : 0) |
      (fields.moreFragments === true ? IPV4_FLAG.MORE_FRAGMENTS : 0) |
      unsigned('fragmentOffset', fields.fragmentOffset ?? 0, 13),
  );
  writeUint8(header, IPV4.TTL, unsigned('ttl', fields.ttl ?? DEFAULT_TTL, 8));
  writeUint8(header, IPV4.PROTOCOL, unsigned('protocol', fields.protocol ?? protocolOf(next), 8));
  return header;
}
