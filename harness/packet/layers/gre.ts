import { concat, writeUint16, writeUint32 } from '../bytes.ts';
import { internetChecksum } from '../checksum.ts';
import { GRE, GRE_FLAG } from '../gre.ts';
import { unsigned, type Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { etherTypeOf } from './next-protocol.ts';

export interface GreFields {
  /** The whole first word; computed from the optional fields that are set, version 0, if unset. */
  readonly flags?: number;
  readonly protocolType?: number;
  /** `compute` for the right one, a number to be sent verbatim, unset for none. */
  readonly checksum?: number | 'compute';
  readonly key?: number;
  readonly sequence?: number;
}

/** GRE header; see gre.ts. */
export function gre(fields: GreFields = {}): Layer {
  return {
    kind: 'gre',
    protocolNumber: PROTOCOL.GRE,
    finish(inner, { next }) {
      const { checksum, key, sequence } = fields;
      const flags =
        (checksum === undefined ? 0 : GRE_FLAG.CHECKSUM) |
        (key === undefined ? 0 : GRE_FLAG.KEY) |
        (sequence === undefined ? 0 : GRE_FLAG.SEQUENCE);
      const first = new Uint8Array(GRE.MINIMUM_HEADER_LENGTH);
      writeUint16(first, GRE.FLAGS_VERSION, unsigned('flags', fields.flags ?? flags, 16));
      writeUint16(first, GRE.PROTOCOL_TYPE, unsigned('protocolType', fields.protocolType ?? etherTypeOf(next), 16));
      const packet = concat(
        first,
        checksum === undefined ? new Uint8Array(0) : new Uint8Array(4),
        optionalWord('key', key),
        optionalWord('sequence', sequence),
        inner,
      );
      if (checksum === undefined) return packet;
      // RFC 2784: the sum covers the GRE header and everything behind it.
      const value = checksum === 'compute' ? internetChecksum(packet) : unsigned('checksum', checksum, 16);
      writeUint16(packet, GRE.OPTIONAL, value);
      return packet;
    },
  };
}

function optionalWord(field: string, value: number | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array(0);
  const word = new Uint8Array(4);
  writeUint32(word, 0, unsigned(field, value, 32));
  return word;
}
