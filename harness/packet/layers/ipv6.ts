import { zeroed } from '../arena.ts';
import type { Ipv6Address } from '../../address/index.ts';
import { concat, writeUint16, writeUint32, writeUint8 } from '../bytes.ts';
import { ETHER_TYPE } from '../ether-types.ts';
import { IPV6, type Ipv6Header } from '../ipv6.ts';
import { ipv6Bytes, unsigned, type Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { protocolOf } from './next-protocol.ts';

const DEFAULT_HOP_LIMIT = 64;

/** The fields of the header; addresses also as text. */
export interface Ipv6Fields extends Partial<Omit<Ipv6Header, 'source' | 'destination'>> {
  readonly source?: Ipv6Address | string;
  readonly destination?: Ipv6Address | string;
}

/**
 * IPv6 header; see ipv6.ts. Unset: version 6, payloadLength and nextHeader computed, hopLimit 64, everything else zero.
 *
 * The destination goes into the pseudo-headers behind it. In front of a Routing header with segments left, where the
 * final destination counts (RFC 8200 section 8.1), set the upper layer's checksum explicitly.
 */
export function ipv6(fields: Ipv6Fields = {}): Layer {
  const source = ipv6Bytes(fields.source);
  const destination = ipv6Bytes(fields.destination);
  return {
    kind: 'ipv6',
    protocolNumber: PROTOCOL.IPV6,
    etherType: ETHER_TYPE.IPV6,
    addresses: { source, destination },
    finish(inner, { next }) {
      const header = zeroed(IPV6.HEADER_LENGTH);
      const version = unsigned('version', fields.version ?? 6, 4);
      const trafficClass = unsigned('trafficClass', fields.trafficClass ?? 0, 8);
      const flowLabel = unsigned('flowLabel', fields.flowLabel ?? 0, 20);
      writeUint32(header, IPV6.VERSION_CLASS_FLOW, (version << 28) | (trafficClass << 20) | flowLabel);
      writeUint16(header, IPV6.PAYLOAD_LENGTH, unsigned('payloadLength', fields.payloadLength ?? inner.length, 16));
      writeUint8(header, IPV6.NEXT_HEADER, unsigned('nextHeader', fields.nextHeader ?? protocolOf(next), 8));
      writeUint8(header, IPV6.HOP_LIMIT, unsigned('hopLimit', fields.hopLimit ?? DEFAULT_HOP_LIMIT, 8));
      header.set(source, IPV6.SOURCE);
      header.set(destination, IPV6.DESTINATION);
      return concat(header, inner);
    },
  };
}
