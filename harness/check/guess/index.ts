import { Ipv4Address, Ipv6Address, Ipv6Prefix } from '../../address/index.ts';
import { parseProfile, type Profile } from '../../profile/index.ts';
import { guessEmbedding, type NodeEvidence } from './embedding.ts';
import { guessOptions } from './options.ts';
import { Sample, type TunnelPacket } from './sample.ts';

export { Sample, type TunnelPacket };

export interface ProfileGuess {
  readonly profile: Profile;
  /** Each a sentence: which prefix maps to which outer addresses in how many packets, and what speaks for each option. */
  readonly evidence: readonly string[];
  /** The nodes of an overlay that embeds, those with most packets first. */
  readonly nodes: readonly NodeEvidence[];
}

const SHOWN_NODES = 4;
/** A port that carries IPv6 in fewer packets than this may do so by chance. */
const LEAST_UDP_PACKETS = 3;
/** With fewer bare packets than one of so many, they are rather leaks of an overlay over UDP. */
const MOST_BARE = 10;
const LEAST_6TO4_SHARE = 0.6;
const SIX_TO_FOUR = 0x2002n;

/** Undefined where there is no tunnel packet to guess from. */
export function guessProfile(sample: Sample): ProfileGuess | undefined {
  const groups = groupsOf(sample.packets);
  const chosen = chooseGroup(groups);
  if (chosen === undefined) return undefined;
  const { packets, port } = chosen;
  const evidence: string[] = [];
  const { text, nodes } = guessMapping(packets, evidence);
  const parts = [text];
  if (port !== 0) {
    parts.push(`encap=fou:${port}`);
    evidence.push(`${packets.length} UDP datagrams to port ${port} hold exactly one IPv6 packet each`);
  }
  for (const { option, evidence: reason } of guessOptions(packets)) {
    parts.push(option);
    evidence.push(`${option}: ${reason}`);
  }
  for (const other of groups) {
    if (other === chosen) continue;
    const what = other.port === 0 ? 'bare protocol 41' : `UDP to port ${other.port}`;
    evidence.push(
      `not chosen: ${other.packets.length} packets hold IPv6 in ${what}; name another --profile to judge those`,
    );
  }
  return { profile: parseProfile(parts.join(',')), evidence, nodes };
}

interface Group {
  readonly packets: readonly TunnelPacket[];
  /** 0 for protocol 41. */
  readonly port: number;
}

/** The tunnel packets of each framing: of UDP, each port is another. Those with most packets first. */
function groupsOf(all: readonly TunnelPacket[]): readonly Group[] {
  const byPort = new Map<number, TunnelPacket[]>();
  for (const packet of all) {
    const group = byPort.get(packet.port);
    if (group === undefined) byPort.set(packet.port, [packet]);
    else group.push(packet);
  }
  return [...byPort]
    .map(([port, packets]) => ({ port, packets }))
    .filter(({ port, packets }) => port === 0 || packets.length >= LEAST_UDP_PACKETS)
    .toSorted((left, right) => right.packets.length - left.packets.length);
}

/** UDP where nearly nothing else is there: next to bare tunnel packets, datagrams that hold IPv6 may be anything. */
function chooseGroup(groups: readonly Group[]): Group | undefined {
  const [largest] = groups;
  const bare = groups.find(({ port }) => port === 0);
  if (largest === undefined || bare === undefined) return largest;
  return bare.packets.length * MOST_BARE > largest.packets.length ? bare : largest;
}

interface MappingGuess {
  readonly text: string;
  readonly nodes: readonly NodeEvidence[];
}

function guessMapping(packets: readonly TunnelPacket[], evidence: string[]): MappingGuess {
  const total = packets.length;
  const nodes = sixToFourNodes(packets);
  const sixToFour = packets.filter(isSixToFour).length;
  if (sixToFour >= total * LEAST_6TO4_SHARE) {
    evidence.push(
      `6to4: an outer address is that of an inner 2002::/16 address in ${sixToFour} of ${total} tunnel packets`,
    );
    evidence.push(...nodeTexts(nodes));
    return { text: '6to4', nodes };
  }
  const embedding = guessEmbedding(packets);
  if (embedding !== undefined) {
    const mapping = `6rd:${embedding.domainPrefix.toString()}+${embedding.ipv4Prefix.toString()}`;
    evidence.push(
      `${mapping}: an outer address is embedded in the inner one in ${embedding.packets} of ${total} tunnel packets`,
    );
    evidence.push(...nodeTexts(embedding.nodes));
    return { text: mapping, nodes: embedding.nodes };
  }
  const pairs = new Map<string, number>();
  for (const { source, destination } of packets) {
    const name = [source, destination]
      .toSorted((left, right) => left - right)
      .map(ipv4Name)
      .join(' and ');
    pairs.set(name, (pairs.get(name) ?? 0) + 1);
  }
  evidence.push(`6in4: no place in the inner addresses holds the outer ones in most of ${total} tunnel packets`);
  const shown = [...pairs].toSorted(([, left], [, right]) => right - left).slice(0, SHOWN_NODES);
  evidence.push(...shown.map(([name, count]) => `between ${name}: ${count} packets`));
  return { text: '6in4', nodes: [] };
}

const ipv4Name = (address: number): string => Ipv4Address.fromNumber(address).toString();

const nodeTexts = (nodes: readonly NodeEvidence[]): string[] => {
  const texts = nodes
    .slice(0, SHOWN_NODES)
    .map(({ ipv4, prefix, packets }) => `${prefix.toString()} maps to ${ipv4.toString()} in ${packets} packets`);
  return nodes.length > SHOWN_NODES ? [...texts, `and ${nodes.length - SHOWN_NODES} more nodes`] : texts;
};

const embeds = (inner: bigint, outer: number): boolean =>
  inner >> 48n === SIX_TO_FOUR && ((inner >> 16n) & 0xffff_ffffn) === BigInt(outer);

const isSixToFour = (packet: TunnelPacket): boolean =>
  embeds(packet.innerSource, packet.source) || embeds(packet.innerDestination, packet.destination);

function sixToFourNodes(packets: readonly TunnelPacket[]): readonly NodeEvidence[] {
  const counts = new Map<number, number>();
  const count = (inner: bigint, outer: number): void => {
    if (embeds(inner, outer)) counts.set(outer, (counts.get(outer) ?? 0) + 1);
  };
  for (const packet of packets) {
    count(packet.innerSource, packet.source);
    count(packet.innerDestination, packet.destination);
  }
  return [...counts]
    .toSorted(([, left], [, right]) => right - left)
    .map(([outer, count_]) => {
      const prefix = Ipv6Address.fromBigInt((SIX_TO_FOUR << 112n) | (BigInt(outer) << 80n));
      return { ipv4: Ipv4Address.fromNumber(outer), prefix: Ipv6Prefix.of(prefix, 48), packets: count_ };
    });
}
