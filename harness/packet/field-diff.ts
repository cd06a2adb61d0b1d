/** Differences between two packets, named by header field. */
import { toHex } from './bytes.ts';
import { decode, type DecodedLayer, type DecodeOptions, type DecodeStart } from './decode.ts';
import { fieldValue } from './field-value.ts';
import { headerFields, type HeaderField } from './header-fields.ts';

export interface FieldDifference {
  /** Kind of the layer; a repeated kind is numbered from the second on, as in `ipv6#2`. `packet` for the length. */
  readonly layer: string;
  /** Name of the header field, or what its bytes are: `options`, `body`, `data`, `lengthBytes`. */
  readonly field: string;
  /** Of the first byte of the field, or the first differing one of options, body and data. */
  readonly offset: number;
  readonly expectedHex: string;
  readonly actualHex: string;
  readonly expectedText: string;
  readonly actualText: string;
}

/** As many bytes of a long field as are shown. */
const SHOWN_BYTES = 16;

/**
 * The fields in which `actual` differs from `expected`, in wire order, named by the layout of the expected packet;
 * empty if the bytes are equal. Bytes that one of them lacks are shown as empty; a difference of length comes last.
 */
export function diffFields(
  expected: Uint8Array,
  actual: Uint8Array,
  start: DecodeStart = 'ethernet',
  options: DecodeOptions = {},
): readonly FieldDifference[] {
  const decoded = decode(expected, start, options);
  const names = layerNames(decoded.layers);
  const differences: FieldDifference[] = [];
  const covered = new Set<number>();
  decoded.layers.forEach((layer, index) => {
    for (const field of headerFields(layer)) {
      markCovered(covered, layer.offset, field);
      const difference = compareField(expected, actual, names[index] ?? layer.kind, layer.offset, field);
      if (difference !== undefined) differences.push(difference);
    }
  });
  // What no layer claims: the trailer, and everything behind the place where decoding stopped.
  const rest = firstUncoveredDifference(expected, actual, covered);
  if (rest !== undefined) differences.push(bytesDifference('packet', 'data', expected, actual, rest, expected.length));
  if (expected.length !== actual.length) differences.push(lengthDifference(expected, actual));
  return differences;
}

function layerNames(layers: readonly DecodedLayer[]): readonly string[] {
  const seen = new Map<string, number>();
  return layers.map(({ kind }) => {
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count === 1 ? kind : `${kind}#${count}`;
  });
}

function markCovered(covered: Set<number>, at: number, { firstBit, lengthBits }: HeaderField): void {
  const end = at + Math.ceil((firstBit + lengthBits) / 8);
  for (let byte = at + (firstBit >>> 3); byte < end; byte++) covered.add(byte);
}

function compareField(
  expected: Uint8Array,
  actual: Uint8Array,
  layer: string,
  layerAt: number,
  field: HeaderField,
): FieldDifference | undefined {
  const start = layerAt + (field.firstBit >>> 3);
  const end = layerAt + Math.ceil((field.firstBit + field.lengthBits) / 8);
  if (field.format === 'bytes') {
    const at = firstDifference(expected, actual, start, end);
    return at === undefined ? undefined : bytesDifference(layer, field.name, expected, actual, at, end);
  }
  const one = fieldValue(expected, start, end, field);
  const other = fieldValue(actual, start, end, field);
  if (one.hex === other.hex) return undefined;
  return {
    layer,
    field: field.name,
    offset: start,
    expectedHex: one.hex,
    actualHex: other.hex,
    expectedText: one.text,
    actualText: other.text,
  };
}

/** The first byte in [start, end) in which the two differ; a missing byte differs from any. */
function firstDifference(left: Uint8Array, right: Uint8Array, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) if (left[at] !== right[at]) return at;
  return undefined;
}

function firstUncoveredDifference(
  expected: Uint8Array,
  actual: Uint8Array,
  covered: ReadonlySet<number>,
): number | undefined {
  // Beyond the shorter one, the difference of length says it all.
  for (let at = 0; at < Math.min(expected.length, actual.length); at++) {
    if (!covered.has(at) && expected[at] !== actual[at]) return at;
  }
  return undefined;
}

function bytesDifference(
  layer: string,
  field: string,
  expected: Uint8Array,
  actual: Uint8Array,
  at: number,
  end: number,
): FieldDifference {
  const shownEnd = Math.min(end, at + SHOWN_BYTES);
  const expectedHex = toHex(expected, at, shownEnd);
  const actualHex = toHex(actual, at, shownEnd);
  const more = end > shownEnd ? '...' : '';
  return {
    layer,
    field,
    offset: at,
    expectedHex,
    actualHex,
    expectedText: `${expectedHex}${more}`,
    actualText: actualHex === '' ? 'missing' : `${actualHex}${more}`,
  };
}

function lengthDifference(expected: Uint8Array, actual: Uint8Array): FieldDifference {
  return {
    layer: 'packet',
    field: 'lengthBytes',
    offset: Math.min(expected.length, actual.length),
    expectedHex: expected.length.toString(16),
    actualHex: actual.length.toString(16),
    expectedText: `${expected.length}`,
    actualText: `${actual.length}`,
  };
}
