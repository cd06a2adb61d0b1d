/** Which captures, or which interfaces of one, stand on the two sides of a node: what went in against what came out. */
import { Ipv4Address, Ipv6Address, Ipv6Prefix, type EmbeddingMap } from '../address/index.ts';
import type { CaptureRecord } from '../capture/index.ts';
import { Proto41Error } from '../errors.ts';
import type { PortName } from '../ports.ts';
import type { Profile } from '../profile/index.ts';
import type { NodeFacts } from './context.ts';
import { mapOf } from './context.ts';
import { labFacts, labNode, type LabFacts } from './own-captures.ts';
import type { CaptureInput, InterfaceSample } from './input.ts';
import type { TunnelPacket } from './guess/index.ts';

/** A place where frames were captured. */
export interface Side {
  readonly input: number;
  readonly interfaceIndex: number;
  readonly port: PortName;
  /** As a user would name it. */
  readonly name: string;
}

export interface Sides {
  readonly sides: readonly Side[];
  readonly node: NodeFacts;
  /** How that is known, in sentences. */
  readonly evidence: readonly string[];
}

export interface SidesRequest {
  /** A file or an interface, as the user named them. */
  readonly inside?: string | undefined;
  readonly outside?: string | undefined;
  readonly node?: Ipv4Address | undefined;
  /** Whether the profile is a guess. */
  readonly isGuessed?: boolean;
}

/** A side that nobody captured. */
export class SideError extends Proto41Error {
  constructor(name: string, places: readonly string[]) {
    super(
      `expected ${JSON.stringify(name)} to be one of the captures or interfaces, found ${places.join(', ') || 'none'}`,
      {
        code: 'CHECK_SIDE',
        exitCode: 2,
      },
    );
  }
}

/** A place with everything that sampling found there. */
interface Place extends InterfaceSample {
  readonly input: number;
  readonly interfaceIndex: number;
  readonly interfaceName: string | undefined;
  readonly file: string;
  readonly isOnlyOne: boolean;
}

/** The words of the harness itself, in the captures that it writes. */
const OWN_PORTS: ReadonlyMap<string, PortName> = new Map([
  ['P', 'P'],
  ['U', 'U'],
  ['U2', 'U2'],
]);
const APPLICATION = 'proto41';

/**
 * Finds the sides, or undefined where there are none: a capture from one place.
 *
 * @throws SideError for a side that was named and is not there
 */
export function findSides(inputs: readonly CaptureInput[], profile: Profile, request: SidesRequest): Sides | undefined {
  const places = inputs.flatMap(placesOf);
  if (request.inside !== undefined || request.outside !== undefined) return namedSides(places, profile, request);
  const own = ownSides(inputs, places, profile, request);
  if (own !== undefined) return own;
  return guessedSides(places, profile, request);
}

function placesOf(input: CaptureInput, index: number): readonly Place[] {
  const interfaces = input.sampledInfo?.interfaces ?? [];
  return [...input.samples].map(([interfaceIndex, sample]) => ({
    ...sample,
    input: index,
    interfaceIndex,
    interfaceName: interfaces[interfaceIndex]?.name,
    file: input.name,
    isOnlyOne: input.samples.size === 1,
  }));
}

const nameOf = ({ file, interfaceName, interfaceIndex, isOnlyOne }: Place): string =>
  isOnlyOne ? file : `interface ${interfaceName ?? String(interfaceIndex)} of ${file}`;

const side = (place: Place, port: PortName): Side => ({
  input: place.input,
  interfaceIndex: place.interfaceIndex,
  port,
  name: nameOf(place),
});

function namedSides(places: readonly Place[], profile: Profile, request: SidesRequest): Sides {
  const named = (name: string | undefined): readonly Place[] => {
    if (name === undefined) return [];
    const found = places.filter(
      (place) => place.file === name || place.interfaceName === name || String(place.interfaceIndex) === name,
    );
    if (found.length === 0) throw new SideError(name, places.map(nameOf));
    return found;
  };
  const inside = named(request.inside);
  const chosen = named(request.outside);
  const outside = request.outside === undefined ? places.filter((place) => !inside.includes(place)) : chosen;
  const others = request.inside === undefined ? places.filter((place) => !outside.includes(place)) : inside;
  const { node, evidence } = findNode(others, outside, profile, request);
  return {
    sides: [...others.map((place) => side(place, 'P')), ...outside.map((place) => side(place, 'U'))],
    node,
    evidence: ['inside and outside as named', ...evidence],
  };
}

/** What the harness wrote itself says everything. */
function ownSides(
  inputs: readonly CaptureInput[],
  places: readonly Place[],
  profile: Profile,
  request: SidesRequest,
): Sides | undefined {
  const isOwn = inputs.every(({ sampledInfo }) => sampledInfo?.applications.includes(APPLICATION) === true);
  const sides: Side[] = [];
  for (const place of places) {
    const port = OWN_PORTS.get(place.interfaceName ?? '');
    if (port === undefined) return undefined;
    sides.push(side(place, port));
  }
  if (!isOwn || sides.length === 0) return undefined;
  const outside = places.filter(({ interfaceName }) => interfaceName !== 'P');
  const inside = places.filter(({ interfaceName }) => interfaceName === 'P');
  const named = request.node ?? (request.isGuessed === true ? undefined : labNode(profile));
  const { node, evidence } = findNode(inside, outside, profile, { ...request, node: named });
  return {
    sides,
    node: { ...node, isFromTheWire: true, lab: labOf(node, sides, profile, request) },
    evidence: ['the ports and directions that the harness wrote into the capture', ...evidence],
  };
}

/** With a profile that was guessed, the TTL in it is a default that nobody configured. */
function labOf(
  { ipv4 }: NodeFacts,
  sides: readonly Side[],
  profile: Profile,
  { isGuessed }: SidesRequest,
): LabFacts | undefined {
  const hasSecondPort = sides.some(({ port }) => port === 'U2');
  const facts = labFacts(profile, ipv4, hasSecondPort);
  return facts === undefined ? undefined : { ...facts, outerTtlIsConfigured: isGuessed !== true };
}

/** Of two places, the one with tunnel packets is outside if the other one has the inner packets without a tunnel. */
function guessedSides(places: readonly Place[], profile: Profile, request: SidesRequest): Sides | undefined {
  const outside = places.filter(({ tunnelled }) => tunnelled.packets.length > 0);
  const inside = places.filter(
    (place) =>
      !outside.includes(place) && place.native.prefixes.size > 0 && outside.some((other) => carries(other, place)),
  );
  if (outside.length !== 1 || inside.length !== 1) return undefined;
  const { node, evidence } = findNode(inside, outside, profile, request);
  if (node.ipv4 === undefined) return undefined;
  const names = { inside: inside.map(nameOf).join(), outside: outside.map(nameOf).join() };
  return {
    sides: [...inside.map((place) => side(place, 'P')), ...outside.map((place) => side(place, 'U'))],
    node,
    evidence: [
      `guessed: inside is ${names.inside}, where the packets are that ${names.outside} has in the tunnel`,
      ...evidence,
    ],
  };
}

const carries = (outside: Place, inside: Place): boolean =>
  outside.tunnelled.packets.some(
    ({ innerSource, innerDestination }) =>
      inside.native.prefixes.has(innerSource) && inside.native.prefixes.has(innerDestination),
  );

interface FoundNode {
  readonly node: NodeFacts;
  readonly evidence: readonly string[];
}

/** The node between the sides: the one end of the tunnel packets whose pods are inside. */
function findNode(
  inside: readonly Place[],
  outside: readonly Place[],
  profile: Profile,
  request: SidesRequest,
): FoundNode {
  const packets = outside.flatMap(({ tunnelled }) => tunnelled.packets);
  const map = mapOf(profile);
  const found = request.node ?? nodeByHopLimit(inside, packets) ?? (map && nodeByPrefix(inside, packets, map));
  if (found === undefined)
    return { node: {}, evidence: ['the node between them is not known: name its IPv4 address with --node'] };
  const how = request.node === undefined ? 'guessed: it forwards between them' : 'as named';
  const nodePrefix = map === undefined ? prefixOf(found, packets) : undefined;
  return {
    node: { ipv4: found, ...(nodePrefix === undefined ? {} : { nodePrefix }) },
    evidence: [
      `the node is ${found.toString()} (${how})`,
      ...(nodePrefix === undefined
        ? []
        : [`its pods are in ${nodePrefix.toString()}, the inner source of most of its packets`]),
    ],
  };
}

/** A packet that loses its hop between inside and the tunnel went in at the source of the tunnel packet, else at its destination. */
function nodeByHopLimit(inside: readonly Place[], packets: readonly TunnelPacket[]): Ipv4Address | undefined {
  const votes = new Map<number, number>();
  for (const { source, destination, innerSource, innerDestination, hopLimit } of packets) {
    for (const { native } of inside) {
      const before = native.hopLimit(innerSource, innerDestination);
      if (before !== hopLimit + 1 && before !== hopLimit - 1) continue;
      const node = before === hopLimit + 1 ? source : destination;
      votes.set(node, (votes.get(node) ?? 0) + 1);
    }
  }
  const [first, second] = [...votes].toSorted(([, left], [, right]) => right - left);
  if (first === undefined || first[1] === second?.[1]) return undefined;
  return Ipv4Address.fromNumber(first[0]);
}

/** Without a map: the /64 of most inner sources of the node. */
function prefixOf(node: Ipv4Address, packets: readonly TunnelPacket[]): Ipv6Prefix | undefined {
  const counts = new Map<bigint, number>();
  for (const { source, innerSource } of packets)
    if (source === node.toNumber()) counts.set(innerSource, (counts.get(innerSource) ?? 0) + 1);
  const [first] = [...counts].toSorted(([, left], [, right]) => right - left);
  return first === undefined ? undefined : Ipv6Prefix.of(Ipv6Address.fromBigInt(first[0] << 64n), 64);
}

/** The end of the tunnel packets whose node prefix takes part in most packets inside. */
function nodeByPrefix(
  inside: readonly Place[],
  packets: readonly TunnelPacket[],
  map: EmbeddingMap,
): Ipv4Address | undefined {
  const counts = new Map<number, number>();
  for (const end of new Set(packets.flatMap(({ source, destination }) => [source, destination]))) {
    const ipv4 = Ipv4Address.fromNumber(end);
    if (!map.ipv4Prefix.contains(ipv4)) continue;
    const { address, length } = map.nodePrefix(ipv4);
    const prefix = address.toBigInt() >> BigInt(128 - length);
    let count = 0;
    for (const { native } of inside) {
      for (const [upperHalf, times] of native.prefixes) if (upperHalf >> BigInt(64 - length) === prefix) count += times;
    }
    counts.set(end, count);
  }
  const [first, second] = [...counts].toSorted(([, left], [, right]) => right - left);
  return first === undefined || first[1] === second?.[1] ? undefined : Ipv4Address.fromNumber(first[0]);
}

/** The port of a record; undefined for an interface that is no side. */
export function portOf({ sides }: Sides, input: number, { interfaceIndex }: CaptureRecord): PortName | undefined {
  for (const each of sides) if (each.input === input && each.interfaceIndex === interfaceIndex) return each.port;
  return undefined;
}
