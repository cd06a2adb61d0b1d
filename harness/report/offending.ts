import { packetTable, type PacketTable } from '../packet/packet-fields.ts';
import type { DecodeOptions, DecodeStart } from '../packet/decode.ts';
import { isProto41Error } from '../errors.ts';
import { parseProfile, tunnelPortsOf } from '../profile/index.ts';
import type { Violation } from '../runner/verdict.ts';
import { fieldsNamedIn } from './field-words.ts';

/** Bytes of a frame that are wrong. */
export interface OffendingBytes {
  /** From the start of the frame. */
  readonly offsets: ReadonlySet<number>;
  /** Whether the violation itself says where; otherwise it names a field, and these are the bytes of that. */
  readonly certain: boolean;
}

/** The decisive frame of a violation as headers and fields, with the bytes that are wrong. */
export const offendingTable = (
  bytes: Uint8Array,
  violation: Violation,
  profile: string,
  start: DecodeStart = 'ethernet',
): { readonly table: PacketTable; readonly offending: OffendingBytes } => {
  const table = packetTable(bytes, start, decodeOptions(profile));
  return { table, offending: offendingBytes(violation, bytes, table) };
};

/** A profile of another version may not parse any more; its frames are then shown without looking into UDP. */
export const decodeOptions = (profile: string): DecodeOptions => {
  try {
    return tunnelPortsOf(parseProfile(profile));
  } catch (error) {
    if (isProto41Error(error)) return {};
    throw error;
  }
};

const offendingBytes = (violation: Violation, bytes: Uint8Array, table: PacketTable): OffendingBytes => {
  const { place } = violation;
  if (place?.offset !== undefined)
    return { certain: true, offsets: new Set(range(place.offset, place.lengthBytes ?? 1)) };
  const differing = (violation.differences ?? []).flatMap((difference) => placesOf(difference, bytes, table));
  if (differing.length > 0) return { certain: true, offsets: new Set(differing) };
  const named = fieldsNamedIn(violation.actual, table.layers);
  const offsets = table.layers.flatMap((layer) =>
    layer.fields
      .filter(({ name }) => named.some((each) => each.layer === layer.name && each.field === name))
      .flatMap(({ offset, lengthBytes }) => range(offset, lengthBytes)),
  );
  return { certain: false, offsets: new Set(offsets) };
};

/** Differences count from the start of the inner packet, the outermost IPv6 header of a frame that has several. */
const placesOf = (
  { offset, actualHex }: { readonly offset: number; readonly actualHex: string },
  bytes: Uint8Array,
  table: PacketTable,
): readonly number[] => {
  const lengthBytes = Math.max(1, Math.ceil(actualHex.length / 2));
  const starts = table.layers.filter(({ kind }) => kind === 'ipv6').map((layer) => layer.offset);
  const start = starts.find((at) => at + offset < bytes.length);
  return start === undefined ? [] : range(start + offset, lengthBytes);
};

export const range = (start: number, length: number): readonly number[] =>
  Array.from({ length }, (_, index) => start + index);

/** Whether a field has a byte that is wrong. */
export const isOffending = (
  field: { readonly offset: number; readonly lengthBytes: number },
  { offsets }: OffendingBytes,
): boolean => range(field.offset, field.lengthBytes).some((at) => offsets.has(at));
