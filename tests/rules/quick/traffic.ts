/** Traffic of an overlay as a stranger captures it: mostly right, sometimes wrong in every way there is. */
import { sixRdMap, sixToFourMap, Ipv4Address, Ipv6Address, type EmbeddingMap } from '../../../harness/address/index.ts';
import { parseProfile, udpPortOf, type Profile } from '../../../harness/profile/index.ts';
import { seededRandom, type SeededRandom } from '../../../harness/random.ts';
import { bytesOf, frame, ipv4, ipv6, udp, udpChecksumOf, word } from '../handmade.ts';

/** Every choice that decides what the quick path passes. */
export const PROFILES = [
  'overlay',
  '6rd',
  '6rd:2001:db8::/32+0.0.0.0/0',
  '6rd:2001:db8:a000::/37+10.0.0.0/9',
  'overlay,mtu=static:1280',
  'overlay,ecnEncap=compat',
  'overlay,ecnEncap=3168,tos=zero',
  'overlay,hairpin=relay',
  'overlay,ttl=inherit',
  'overlay,privateV4=deny',
  '6to4',
  '6to4,mtu=dynamic',
  '6in4',
  '6in4,mtu=static:1400,tos=copy',
  'overlay,encap=fou:3544',
  'overlay,encap=fou:3544,udpChecksum=on,mtu=static:1280',
  'overlay,encap=gue:6080',
  '6in4,encap=gue:6080,gueVariant=1,sourcePort=fixed',
];

export interface TrafficOptions {
  readonly profile: string;
  readonly seed: string;
  /** Share of frames that are changed at random, 0 to 1. */
  readonly mutations: number;
}

const HEADER_BYTES = 14 + 20 + 40 + 8;
const UDP_AND_GUE_BYTES = 12;

/** Frames without end; the same for the same options. */
export function* traffic({ profile: text, seed, mutations }: TrafficOptions): Generator<Uint8Array, never, void> {
  const random = seededRandom(seed);
  const below = (limit: number): number => random.int(limit);
  const chance = (probability: number): boolean => random.chance(probability);
  const profile = parseProfile(text);
  const { mapping, switches } = profile;
  const map: EmbeddingMap | undefined =
    mapping.kind === '6rd' ? sixRdMap(mapping) : mapping.kind === '6to4' ? sixToFourMap() : undefined;
  const nodes = Array.from({ length: 40 }, (_, index) =>
    Ipv4Address.parse(
      mapping.kind === '6to4' ? `192.1.${index}.${1 + index}` : `10.${index & 3}.${index}.${1 + index}`,
    ),
  );
  const node = (): Ipv4Address => nodes[below(chance(0.8) ? 4 : nodes.length)] ?? Ipv4Address.parse('10.0.0.1');
  // Whatever the map can embed, wherever it must not lead.
  for (const special of ['169.254.7.7', '127.0.0.9', '224.0.0.9', '10.0.0.77', '255.255.255.255', '0.0.0.0']) {
    const address = Ipv4Address.parse(special);
    if (map?.ipv4Prefix.contains(address) === true) nodes.push(address);
  }
  const podOf = (owner: Ipv4Address): string => {
    if (map === undefined) return `2001:db8:${below(4)}::${1 + below(20)}`;
    const prefix = map.nodePrefix(owner).address.toBigInt();
    return Ipv6Address.fromBigInt(prefix | BigInt(1 + below(20))).toString();
  };
  const nothing = new Uint8Array(0);
  const inUdp = udpPortOf(profile) !== undefined;
  let identification = 0;

  const packet = (): Uint8Array => {
    const from = node();
    const to = node();
    const ecn = chance(0.1) ? below(4) : 0;
    const trafficClass = (chance(0.1) ? below(64) << 2 : 0) | ecn;
    const size = random.pick([0, 1, 12, 12, 12, 40, 100, 1232, 1240, 1241, 1400]);
    const isLarge = size > 1240;
    const flags = switches.mtuMode === 'static' ? 0 : isLarge || chance(0.7) ? 0x4000 : 0;
    const outerEcn = switches.ecnEncap === 'compat' ? 0 : switches.ecnEncap === '3168' && ecn === 3 ? 2 : ecn;
    const payload = random.bytes(size);
    // In UDP, few flows, so that some come again.
    const flow = below(5);
    if (inUdp && size >= 12) payload.set([...word(40_000 + flow), ...word(443)]);
    const hopLimit = chance(0.05) ? 255 : random.pick([63, 63, 62, 127, 1]);
    const source = chance(0.03)
      ? random.pick(['2001:db8:9::1', 'fe80::1', 'ff02::1', '::', '::10.0.0.1', 'fec0::1'])
      : podOf(from);
    const destination = chance(0.03)
      ? random.pick(['2001:db8:9::2', 'fe80::1', 'ff02::1', '::', '::10.0.0.2', '::1', 'fec0::1'])
      : podOf(chance(0.01) ? from : to);
    const inner = ipv6({
      source,
      destination,
      hopLimit,
      trafficClass,
      payload,
      flowLabel: chance(0.05) ? below(4) : flow,
      nextHeader: random.pick([17, 17, 6, 58, 44, 0, 41]),
    });
    const ends = { source: from.toString(), destination: to.toString() };
    return ipv4(inUdp ? datagram(profile, inner, ends, flow, random) : inner, {
      ...ends,
      protocol: inUdp ? 17 : 41,
      flags,
      identification: flags === 0 ? ++identification % 65536 : 0,
      tos: (switches.tos === 'copy' ? trafficClass & 0xfc : 0) | (chance(0.01) ? 3 : outerEcn),
      ttl: switches.ttl === 'inherit' || chance(0.02) ? Math.max(1, hopLimit - 1) : 64,
    });
  };
  const other = (): Uint8Array =>
    random.pick<() => Uint8Array>([
      () => ipv4(udp(nothing, { destinationPort: 53 }), { protocol: 17 }),
      () => ipv4(udp(nothing, { sourcePort: 0x6000 }), { protocol: 17 }),
      () => ipv4(bytesOf(0x60, new Uint8Array(30)), { protocol: 6 }),
      () => ipv4(ipv6(), { protocol: 17 }),
      () => ipv6({ source: '2001:db8::1' }),
      () => ipv4(ipv4(nothing), { protocol: 4 }),
    ])();
  const fragment = (): Uint8Array => {
    const to = node();
    return ipv4(
      Uint8Array.from({ length: random.pick([8, 64, 63]) }, () => 0x60),
      {
        source: node().toString(),
        destination: to.toString(),
        flags: random.pick([0x2000, 0x2008, 0x0008, 0x4008]),
        identification: below(3),
      },
    );
  };

  let last = frame(packet());
  for (;;) {
    const kind = below(100);
    const next = kind < 90 ? frame(packet()) : kind < 94 ? frame(other()) : kind < 97 ? frame(fragment()) : last;
    last = next;
    const bytes = next.slice();
    if (chance(0.01)) bytes.fill(0xff, 0, 6);
    if (chance(mutations)) {
      for (let count = 1 + below(3); count > 0; count--) {
        const at = below(Math.min(bytes.length, HEADER_BYTES + (inUdp ? UDP_AND_GUE_BYTES : 0)));
        const byte = bytes[at] ?? 0;
        bytes[at] = random.pick([byte ^ (1 << below(8)), below(256), 0, 255]);
      }
      // Half of them with a checksum that is right again, or nothing but the checksum would ever be found.
      if (chance(0.5) && bytes.length >= 34) repairChecksum(bytes);
    }
    yield chance(mutations / 5) ? bytes.subarray(0, below(bytes.length + 1)) : bytes;
  }
}

/** The inner packet in UDP as the profile says, mostly from the port of its flow, with a right checksum or none. */
function datagram(
  { encapsulation, switches }: Profile,
  inner: Uint8Array,
  { source, destination }: { readonly source: string; readonly destination: string },
  flow: number,
  random: SeededRandom,
): Uint8Array {
  const hasHeader = encapsulation.kind === 'gue' && (switches.gueVariant === '0' || random.chance(0.02));
  const sourcePort = random.chance(0.02) ? random.int(65536) : 50_000 + (switches.sourcePort === 'fixed' ? 0 : flow);
  const destinationPort = random.chance(0.02) ? 53 : 'port' in encapsulation ? encapsulation.port : 0;
  const content = hasHeader ? bytesOf(0, 41, 0, 0, inner) : inner;
  const unsummed = udp(content, { sourcePort, destinationPort });
  if (!random.chance(switches.udpChecksum === 'on' ? 0.98 : 0.1)) return unsummed;
  return udp(content, { sourcePort, destinationPort, checksum: udpChecksumOf(unsummed, source, destination) });
}

/** Makes the checksum of an IPv4 header behind plain Ethernet right. */
export function repairChecksum(bytes: Uint8Array): void {
  bytes.set([0, 0], 24);
  let sum = 0;
  for (let at = 14; at < 34; at += 2) sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  bytes.set(word(0xffff - sum), 24);
}
