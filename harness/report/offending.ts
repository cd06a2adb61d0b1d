import { packetTable, type PacketField, type PacketLayer, type PacketTable } from '../packet/packet-fields.ts';
import type { DecodeOptions, DecodeStart } from '../packet/decode.ts';
import { isProto41Error } from '../errors.ts';
import { parseProfile, tunnelPortsOf } from '../profile/index.ts';
import type { Violation } from '../runner/verdict.ts';
import { fieldsNamedIn, type NamedField } from './field-words.ts';
import { standsOutIn } from './stands-out.ts';

/** What of a frame is wrong. */
export interface Offending {
  /** From the start of the frame. */
  readonly offsets: ReadonlySet<number>;
  /** The fields meant, of those that share a byte; all that have one of the bytes when left out. */
  readonly fields?: readonly NamedField[];
  /** How it is known: the finding says where, it names a field, or nothing but this keeps the packet from being the expected one. */
  readonly by: 'place' | 'name' | 'peculiarity' | 'nothing';
  /** What is peculiar about the packet, in words. */
  readonly words?: string;
}

/** The decisive frame of a violation as headers and fields, with what of it is wrong. */
export const offendingTable = (
  bytes: Uint8Array,
  violation: Violation,
  profile: string,
  start: DecodeStart = 'ethernet',
): { readonly table: PacketTable; readonly offending: Offending } => {
  const table = packetTable(bytes, start, decodeOptions(profile));
  return { table, offending: offendingIn(violation, bytes, table) };
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

const offendingIn = (violation: Violation, bytes: Uint8Array, table: PacketTable): Offending => {
  const { place } = violation;
  if (place?.offset !== undefined) {
    const offsets = new Set(range(place.offset, place.lengthBytes ?? 1));
    const meant = fieldsAt(table)
      .filter(({ layer, name }) => place.field === `${layer}.${name}`)
      .map(({ layer, name }) => ({ layer, field: name }));
    return { by: 'place', offsets, ...(meant.length === 0 ? {} : { fields: meant }) };
  }
  const differing = placedIn(violation, bytes, table);
  if (differing !== undefined) {
    const { offsets, fields } = differing;
    return { by: 'place', offsets, ...(fields.length === 0 ? {} : { fields }) };
  }
  const named = fieldsNamedIn(violation.actual, table.layers);
  if (named.length > 0) return { by: 'name', fields: named, offsets: offsetsOf(named, table) };
  const peculiar = standsOutIn(violation, table);
  if (peculiar === undefined) return { by: 'nothing', offsets: new Set() };
  const { fields, words } = peculiar;
  return { by: 'peculiarity', fields, words, offsets: offsetsOf(fields, table) };
};

const isOneOf = (fields: readonly NamedField[], layer: PacketLayer, { name }: PacketField): boolean =>
  fields.some((each) => each.layer === layer.name && each.field === name);

const offsetsOf = (fields: readonly NamedField[], { layers }: PacketTable): ReadonlySet<number> =>
  new Set(
    layers.flatMap((layer) =>
      layer.fields
        .filter((field) => isOneOf(fields, layer, field))
        .flatMap(({ offset, lengthBytes }) => range(offset, lengthBytes)),
    ),
  );

/** The place of each difference, and the field where the frame has one of that name there. */
interface PlacedDifferences {
  readonly offsets: ReadonlySet<number>;
  readonly fields: readonly NamedField[];
}

/**
 * Differences count from the start of the packet that was compared: an IPv6 packet in a tunnel or alone, or one that an ICMP error quotes.
 * It is the one in which what was found stands at its place; where there is none, the finding was about something else.
 */
const placedIn = (violation: Violation, bytes: Uint8Array, table: PacketTable): PlacedDifferences | undefined => {
  // A length and what is missing have no place.
  const found = (violation.differences ?? []).filter(({ layer, actualHex }) => layer !== 'packet' && actualHex !== '');
  const starts = table.layers.flatMap((layer) =>
    layer.kind === 'ipv6'
      ? [layer.offset]
      : layer.fields.filter(({ name }) => name === 'body').map(({ offset }) => offset),
  );
  const agreeing = (start: number): number => {
    const fields = fieldsAt(packetTable(bytes.subarray(start), 'ipv6'));
    return found.filter(({ layer, field, offset, actualText }) =>
      fields.some(
        (each) => each.layer === layer && each.name === field && each.offset === offset && each.text === actualText,
      ),
    ).length;
  };
  const [best] = starts
    .map((start) => ({ start, count: agreeing(start) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
  if (best === undefined) return undefined;
  const fields = fieldsAt(table);
  return {
    offsets: new Set(
      found.flatMap(({ offset, actualHex }) => range(best.start + offset, Math.ceil(actualHex.length / 2))),
    ),
    fields: found.flatMap(({ field, offset }) =>
      fields
        .filter((each) => each.name === field && each.offset === best.start + offset)
        .map(({ layer, name }) => ({ layer, field: name })),
    ),
  };
};

const fieldsAt = ({ layers }: PacketTable): readonly (PacketField & { readonly layer: string })[] =>
  layers.flatMap((layer) => layer.fields.map((field) => ({ ...field, layer: layer.name })));

export const range = (start: number, length: number): readonly number[] =>
  Array.from({ length }, (_, index) => start + index);

/** Whether a field is one that is wrong. */
export const isOffending = (layer: PacketLayer, field: PacketField, { offsets, fields }: Offending): boolean =>
  fields === undefined
    ? range(field.offset, field.lengthBytes).some((at) => offsets.has(at))
    : isOneOf(fields, layer, field);
