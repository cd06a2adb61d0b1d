import { zeroed } from '../arena.ts';
import { concat, writeUint16 } from '../bytes.ts';
import { unsigned, type Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { UDP, type UdpHeader } from '../udp.ts';
import { upperLayerChecksum, writeChecksum } from './upper-layer-checksum.ts';

/** UDP header; see udp.ts. Unset: length and checksum computed, ports zero. Set `checksum: 0` to send none. */
export function udp(fields: Partial<UdpHeader> = {}): Layer {
  return {
    kind: 'udp',
    protocolNumber: PROTOCOL.UDP,
    finish(inner, context) {
      const header = zeroed(UDP.HEADER_LENGTH);
      writeUint16(header, UDP.SOURCE_PORT, unsigned('sourcePort', fields.sourcePort ?? 0, 16));
      writeUint16(header, UDP.DESTINATION_PORT, unsigned('destinationPort', fields.destinationPort ?? 0, 16));
      writeUint16(header, UDP.LENGTH, unsigned('length', fields.length ?? header.length + inner.length, 16));
      const datagram = concat(header, inner);
      const set = fields.checksum === undefined ? undefined : unsigned('checksum', fields.checksum, 16);
      // A computed zero is sent as all ones, because zero says "no checksum" (RFC 768).
      return writeChecksum(
        datagram,
        UDP.CHECKSUM,
        set,
        () => upperLayerChecksum(datagram, PROTOCOL.UDP, context) || 0xffff,
      );
    },
  };
}
