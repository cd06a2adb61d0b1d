import type { PacketLayer } from '../packet/packet-fields.ts';
import type { Violation } from '../runner/verdict.ts';
import { printable } from './escape.ts';
import { isOffending, offendingTable } from './offending.ts';
import { PLAIN, type Palette } from './palette.ts';

const NAME_WIDTH = 18;

/**
 * The decisive frame as a tree of headers and fields, the offending ones marked with `>`. A header without an offending field takes one
 * line of its addresses and lengths.
 */
export const packetTreeLines = (
  bytes: Uint8Array,
  violation: Violation,
  profile: string,
  palette: Palette = PLAIN,
): string[] => {
  const { table, offending } = offendingTable(bytes, violation, profile);
  return table.layers.flatMap((layer) => {
    const marked = layer.fields.filter((field) => isOffending(layer, field, offending));
    if (marked.length === 0) return [`  ${printable(shortLayer(layer))}`];
    return [
      `  ${palette.bold(layer.name)} at byte ${String(layer.offset)}${issuesOf(layer)}`,
      ...layer.fields.map((field) => {
        const line = `${field.name.padEnd(NAME_WIDTH)} ${field.text}`;
        return marked.includes(field) ? palette.red(`  > ${printable(line)}`) : `    ${printable(line)}`;
      }),
    ];
  });
};

const issuesOf = ({ issues }: PacketLayer): string => (issues.length === 0 ? '' : ` (${issues.join('; ')})`);

const shortLayer = (layer: PacketLayer): string => {
  const fields = layer.fields.filter(({ name }) => SHORT_FIELDS.has(name)).map(({ name, text }) => `${name} ${text}`);
  return `${layer.name} at byte ${String(layer.offset)}: ${fields.join(', ')}${issuesOf(layer)}`;
};

const SHORT_FIELDS: ReadonlySet<string> = new Set([
  'source',
  'destination',
  'protocol',
  'nextHeader',
  'totalLength',
  'payloadLength',
  'length',
  'type',
  'code',
  'operation',
  'data',
]);
