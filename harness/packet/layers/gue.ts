import { concat, writeUint16, writeUint8 } from '../bytes.ts';
import { GUE, type GueHeader } from '../gue.ts';
import { unsigned, type Layer } from '../layer.ts';
import { protocolOf } from './next-protocol.ts';

/** GUE variant 0 header behind a UDP layer; see gue.ts. Variant 1 has no header: put the IP layer right behind UDP. */
export function gue(fields: Partial<GueHeader> = {}): Layer {
  return {
    kind: 'gue',
    finish(inner, { next }) {
      const extension = fields.fields ?? new Uint8Array(0);
      const words = Math.ceil(extension.length / 4);
      const header = new Uint8Array(GUE.MINIMUM_HEADER_LENGTH + words * 4);
      header.set(extension, GUE.FIELDS);
      const variant = unsigned('variant', fields.variant ?? 0, 2);
      const length = unsigned('headerLength', fields.headerLength ?? words, 5);
      writeUint8(header, GUE.VARIANT_CONTROL_LENGTH, (variant << 6) | (fields.control === true ? 0x20 : 0) | length);
      writeUint8(header, GUE.PROTOCOL, unsigned('protocol', fields.protocol ?? protocolOf(next), 8));
      writeUint16(header, GUE.FLAGS, unsigned('flags', fields.flags ?? 0, 16));
      return concat(header, inner);
    },
  };
}
