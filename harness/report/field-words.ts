import type { PacketLayer } from '../packet/packet-fields.ts';

/** Which of several headers of a kind is meant. */
type Which = 'outer' | 'inner' | 'any';

interface FieldWord {
  /** What a violation says when it means the field. */
  readonly words: RegExp;
  readonly kinds: readonly string[];
  readonly fields: readonly string[];
  /** Which header the words themselves name. */
  readonly which?: Which;
}

/** From the words of violations to the fields of headers, the more special first; all that match are marked. */
const FIELD_WORDS: readonly FieldWord[] = [
  { words: /\bttl\b/i, kinds: ['ipv4'], fields: ['ttl'] },
  { words: /hop ?limit/i, kinds: ['ipv6'], fields: ['hopLimit'] },
  { words: /identification/i, kinds: ['ipv4', 'ipv6-fragment'], fields: ['identification'] },
  { words: /\bDF\b|don.?t fragment/i, kinds: ['ipv4'], fields: ['dontFragment'] },
  { words: /\bMF\b|more ?fragments/i, kinds: ['ipv4', 'ipv6-fragment'], fields: ['moreFragments'] },
  { words: /fragment ?offset/i, kinds: ['ipv4', 'ipv6-fragment'], fields: ['fragmentOffset'] },
  { words: /reserved flag/i, kinds: ['ipv4'], fields: ['reservedFlag'] },
  { words: /total ?length/i, kinds: ['ipv4'], fields: ['totalLength'] },
  { words: /\bIHL\b/i, kinds: ['ipv4'], fields: ['ihl'] },
  {
    words: /\bTOS\b|\bDSCP\b|\bECN\b|\b(not-)?ECT\b|\bCE\b/i,
    kinds: ['ipv4', 'ipv6'],
    fields: ['tos', 'trafficClass'],
  },
  { words: /traffic ?class/i, kinds: ['ipv6'], fields: ['trafficClass'] },
  { words: /flow ?label/i, kinds: ['ipv6'], fields: ['flowLabel'] },
  { words: /payload ?length/i, kinds: ['ipv6'], fields: ['payloadLength'] },
  { words: /next ?header/i, kinds: ['ipv6'], fields: ['nextHeader'] },
  { words: /header ?checksum/i, kinds: ['ipv4'], fields: ['headerChecksum'] },
  { words: /\bprotocol \d|\bprotocol-41/i, kinds: ['ipv4'], fields: ['protocol'] },
  { words: /outer (source|src)/i, kinds: ['ipv4', 'ipv6'], fields: ['source'], which: 'outer' },
  { words: /outer (destination|dst)/i, kinds: ['ipv4', 'ipv6'], fields: ['destination'], which: 'outer' },
  { words: /inner (source|src)/i, kinds: ['ipv6'], fields: ['source'], which: 'inner' },
  { words: /inner (destination|dst)/i, kinds: ['ipv6'], fields: ['destination'], which: 'inner' },
  { words: /udp ?length/i, kinds: ['udp'], fields: ['length'] },
  { words: /udp ?checksum/i, kinds: ['udp'], fields: ['checksum'] },
  { words: /source ?port/i, kinds: ['udp'], fields: ['sourcePort'] },
  { words: /destination ?port/i, kinds: ['udp'], fields: ['destinationPort'] },
  { words: /icmpv6.*\btype\b/i, kinds: ['icmpv6'], fields: ['type'] },
  { words: /icmpv6.*\bcode\b/i, kinds: ['icmpv6'], fields: ['code'] },
  { words: /\bMTU\b/i, kinds: ['icmpv6', 'icmpv4'], fields: ['mtu', 'nextHopMtu'] },
  { words: /icmpv6.*checksum/i, kinds: ['icmpv6'], fields: ['checksum'] },
  { words: /quoted packet/i, kinds: ['icmpv6', 'icmpv4'], fields: ['body'] },
  { words: /\bMAC\b|next hop|ethernet destination/i, kinds: ['ethernet'], fields: ['destination'] },
];

export interface NamedField {
  readonly layer: string;
  readonly field: string;
}

/** What stands in parentheses, or is a packet in one line, says which packet it was, not what is wrong with it. */
const WHICH_PACKET = /\((?:[^()]|\([^()]*\))*\)|\b(?:Ethernet|IPv4|IPv6) \S+ > .*$/gs;

/** The fields of a packet that a text names, for violations that say what is wrong but not where. */
export const fieldsNamedIn = (sentence: string, layers: readonly PacketLayer[]): readonly NamedField[] => {
  const text = sentence.replace(WHICH_PACKET, ' ');
  const which: Which = /\binner\b/i.test(text) ? 'inner' : /\bouter\b/i.test(text) ? 'outer' : 'any';
  return FIELD_WORDS.filter(({ words }) => words.test(text)).flatMap(({ kinds, fields, which: own = which }) => {
    const layer = pick(
      layers.filter(({ kind }) => kinds.includes(kind)),
      own,
    );
    return (layer?.fields ?? [])
      .filter(({ name }) => fields.includes(name))
      .map(({ name }) => ({ layer: layer?.name ?? '', field: name }));
  });
};

const pick = (layers: readonly PacketLayer[], which: Which): PacketLayer | undefined =>
  which === 'inner' ? layers.at(-1) : layers[0];
