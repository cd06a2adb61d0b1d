import { Ipv6Address, type EmbeddingMap } from '../address/index.ts';
import { isProto41Error } from '../errors.ts';
import { mapOf } from '../lab/index.ts';
import { etherTypeName } from '../packet/ether-types.ts';
import { icmpv4CodeName, icmpv4TypeName } from '../packet/icmpv4-types.ts';
import { icmpv6CodeName, icmpv6TypeName } from '../packet/icmpv6-types.ts';
import type { PacketField, PacketLayer } from '../packet/packet-fields.ts';
import { protocolName } from '../packet/protocol-numbers.ts';
import { parseProfile } from '../profile/index.ts';
import { ecnText } from '../rules/text.ts';

/** What the value of a field means to somebody who has not learned the numbers; empty where the value says it all. */
export type MeaningOf = (layer: PacketLayer, field: PacketField) => string;

/** Meanings under a profile, whose addresses embed others. */
export const meaningsUnder = (profile: string): MeaningOf => {
  const map = embeddingOf(profile);
  return (layer, { name, text }) => {
    const meaning = MEANINGS[name];
    if (meaning !== undefined) return meaning(Number(text), layer);
    return layer.kind === 'ipv6' && (name === 'source' || name === 'destination') ? embedded(map, text) : '';
  };
};

const embeddingOf = (profile: string): EmbeddingMap | undefined => {
  try {
    return mapOf(parseProfile(profile).mapping);
  } catch (error) {
    // A profile of another version may not parse any more.
    if (isProto41Error(error)) return undefined;
    throw error;
  }
};

const embedded = (map: EmbeddingMap | undefined, text: string): string => {
  const ipv4 = map?.embeddedIpv4(Ipv6Address.parse(text));
  return ipv4 === undefined ? '' : `embeds ${ipv4.toString()}`;
};

const trafficClass = (value: number): string => `DSCP ${String(value >> 2)}, ECN ${ecnText(value)}`;
const flag = (value: number): string => (value === 0 ? 'clear' : 'set');
const protocol = (value: number): string => protocolName(value);

const MEANINGS: Readonly<Record<string, (value: number, layer: PacketLayer) => string>> = {
  etherType: etherTypeName,
  protocolType: etherTypeName,
  tos: trafficClass,
  trafficClass,
  reservedFlag: flag,
  dontFragment: flag,
  moreFragments: flag,
  fragmentOffset: (value) => (value === 0 ? '' : `byte ${String(value * 8)}`),
  protocol,
  nextHeader: protocol,
  type: (value, { kind }) =>
    kind === 'icmpv6' ? icmpv6TypeName(value) : kind === 'icmpv4' ? icmpv4TypeName(value) : '',
  code: (value, { kind, fields }) => {
    const type = Number(fields.find(({ name }) => name === 'type')?.text);
    return kind === 'icmpv6' ? icmpv6CodeName(type, value) : kind === 'icmpv4' ? icmpv4CodeName(type, value) : '';
  },
};
