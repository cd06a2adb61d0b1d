import { concat, writeUint16, writeUint32, writeUint8 } from '../bytes.ts';
import { unsigned, type Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { TCP, TCP_FLAG, type TcpHeader } from '../tcp.ts';
import { upperLayerChecksum, writeChecksum } from './upper-layer-checksum.ts';

const DEFAULT_WINDOW = 65535;

/**
 * TCP header; see tcp.ts. Options are padded with zeros to a multiple of four bytes.
 * Unset: dataOffset and checksum computed, flags SYN, window 65535, everything else zero.
 */
export function tcp(fields: Partial<TcpHeader> = {}): Layer {
  return {
    kind: 'tcp',
    protocolNumber: PROTOCOL.TCP,
    finish(inner, context) {
      const options = fields.options ?? new Uint8Array(0);
      const words = 5 + Math.ceil(options.length / 4);
      const header = new Uint8Array(words * 4);
      header.set(options, TCP.OPTIONS);
      writeUint16(header, TCP.SOURCE_PORT, unsigned('sourcePort', fields.sourcePort ?? 0, 16));
      writeUint16(header, TCP.DESTINATION_PORT, unsigned('destinationPort', fields.destinationPort ?? 0, 16));
      writeUint32(header, TCP.SEQUENCE, unsigned('sequence', fields.sequence ?? 0, 32));
      writeUint32(header, TCP.ACKNOWLEDGMENT, unsigned('acknowledgment', fields.acknowledgment ?? 0, 32));
      const dataOffset = unsigned('dataOffset', fields.dataOffset ?? words, 4);
      writeUint8(header, TCP.DATA_OFFSET, (dataOffset << 4) | unsigned('reserved', fields.reserved ?? 0, 4));
      writeUint8(header, TCP.FLAGS, unsigned('flags', fields.flags ?? TCP_FLAG.SYN, 8));
      writeUint16(header, TCP.WINDOW, unsigned('window', fields.window ?? DEFAULT_WINDOW, 16));
      writeUint16(header, TCP.URGENT_POINTER, unsigned('urgentPointer', fields.urgentPointer ?? 0, 16));
      const segment = concat(header, inner);
      const set = fields.checksum === undefined ? undefined : unsigned('checksum', fields.checksum, 16);
      return writeChecksum(segment, TCP.CHECKSUM, set, () => upperLayerChecksum(segment, PROTOCOL.TCP, context));
    },
  };
}
