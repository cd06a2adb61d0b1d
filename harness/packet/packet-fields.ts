/** A packet as a table: every header with every field, its place and its value. */
import { toHex } from './bytes.ts';
import { decode, type DecodeOptions, type DecodeStart } from './decode.ts';
import { fieldValue } from './field-value.ts';
import { headerFields, type HeaderField } from './header-fields.ts';

export interface PacketField {
  readonly name: string;
  /** Of the first byte that holds a bit of the field, from the start of the packet. */
  readonly offset: number;
  /** Bytes that hold a bit of the field. */
  readonly lengthBytes: number;
  readonly text: string;
}

export interface PacketLayer {
  /** Kind of the layer; a repeated kind is numbered from the second on, as in `ipv6#2`. */
  readonly name: string;
  readonly kind: string;
  readonly offset: number;
  readonly fields: readonly PacketField[];
  /** What is odd about it, a wrong checksum included, in plain words. */
  readonly issues: readonly string[];
}

export interface PacketTable {
  readonly layers: readonly PacketLayer[];
  /** Where and why decoding stopped before the end. */
  readonly stop?: { readonly offset: number; readonly reason: string };
}

/** As many bytes of options, bodies and data as are shown. */
const SHOWN_BYTES = 12;

/** Never throws, whatever the bytes are. */
export function packetTable(
  bytes: Uint8Array,
  start: DecodeStart = 'ethernet',
  options: DecodeOptions = {},
): PacketTable {
  const { layers, stop } = decode(bytes, start, options);
  const seen = new Map<string, number>();
  const table = layers.map((layer): PacketLayer => {
    const count = (seen.get(layer.kind) ?? 0) + 1;
    seen.set(layer.kind, count);
    const isBad = 'checksum' in layer && layer.checksum === 'bad';
    return {
      name: count === 1 ? layer.kind : `${layer.kind}#${count}`,
      kind: layer.kind,
      offset: layer.offset,
      fields: headerFields(layer).map((field) => packetField(bytes, layer.offset, field)),
      issues: isBad ? [...layer.issues, 'wrong checksum'] : layer.issues,
    };
  });
  return { layers: table, ...(stop === undefined ? {} : { stop: { offset: stop.offset, reason: stop.reason } }) };
}

function packetField(bytes: Uint8Array, layerAt: number, field: HeaderField): PacketField {
  const offset = layerAt + (field.firstBit >>> 3);
  const end = layerAt + Math.ceil((field.firstBit + field.lengthBits) / 8);
  const lengthBytes = end - offset;
  const text =
    field.format === 'bytes'
      ? `${toHex(bytes, offset, Math.min(end, offset + SHOWN_BYTES))}${lengthBytes > SHOWN_BYTES ? '...' : ''} (${lengthBytes} bytes)`
      : fieldValue(bytes, offset, end, field).text;
  return { name: field.name, offset, lengthBytes, text };
}
