import type { PacketLayer, PacketTable } from '../packet/packet-fields.ts';
import type { Violation } from '../runner/verdict.ts';
import type { NamedField } from './field-words.ts';

/** What keeps a packet from being the one that was expected. */
export interface Peculiarity {
  readonly fields: readonly NamedField[];
  readonly words: string;
}

/**
 * A finding may say no more than that another packet was expected. Where a header itself is peculiar, that is why: a part of a packet
 * whose rest did not come, a wrong checksum, a type that does not fit what follows. Undefined where nothing stands out.
 */
export const standsOutIn = ({ expected }: Violation, table: PacketTable): Peculiarity | undefined => {
  if (!expected.some((each) => each.startsWith('exactly one '))) return undefined;
  for (const look of [undecodable, lonelyFragment, wrongChecksum]) {
    const found = look(table);
    if (found !== undefined) return found;
  }
  return undefined;
};

const named = (layer: PacketLayer, ...fields: readonly string[]): readonly NamedField[] =>
  fields.map((field) => ({ layer: layer.name, field }));

const valueOf = (layer: PacketLayer, name: string): string | undefined =>
  layer.fields.find((field) => field.name === name)?.text;

const TYPE_OF_NEXT = ['nextHeader', 'protocol', 'protocolType', 'etherType'];

/** The header before the place where decoding stopped says what should follow there. */
const undecodable = ({ layers, stop }: PacketTable): Peculiarity | undefined => {
  const last = layers.at(-1);
  const type = last?.fields.find(({ name }) => TYPE_OF_NEXT.includes(name));
  if (stop === undefined || last === undefined || type === undefined) return undefined;
  return {
    fields: named(last, type.name),
    words: `${type.name} ${type.text} does not fit what follows at byte ${String(stop.offset)}: ${stop.reason}`,
  };
};

const lonelyFragment = ({ layers }: PacketTable): Peculiarity | undefined => {
  const fragment = layers.find(
    (layer) => valueOf(layer, 'moreFragments') === '1' || (valueOf(layer, 'fragmentOffset') ?? '0') !== '0',
  );
  if (fragment === undefined) return undefined;
  const more = valueOf(fragment, 'moreFragments') === '1';
  const isFirst = valueOf(fragment, 'fragmentOffset') === '0';
  return {
    fields: named(fragment, ...(more ? ['moreFragments'] : []), ...(isFirst ? [] : ['fragmentOffset'])),
    words: `${more ? 'moreFragments is 1' : 'fragmentOffset is not 0'}: this is a part of a packet, and its parts do not make a whole one`,
  };
};

const wrongChecksum = ({ layers }: PacketTable): Peculiarity | undefined => {
  const wrong = layers.find(({ issues }) => issues.includes('wrong checksum'));
  const name = wrong?.fields.find((field) => /checksum/i.test(field.name))?.name;
  if (wrong === undefined || name === undefined) return undefined;
  return { fields: named(wrong, name), words: `the ${name} of ${wrong.name} is not that of its contents` };
};
