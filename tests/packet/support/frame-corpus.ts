/** A seeded corpus of Ethernet frames, good and broken, with every header that the decoder knows. */
import {
  ah,
  arp,
  build,
  concat,
  decode,
  destinationOptions,
  esp,
  ethernet,
  fragmentHeader,
  fragmentIpv4,
  gre,
  hopByHopOptions,
  icmpv4EchoReply,
  icmpv4EchoRequest,
  icmpv4Error,
  icmpv6EchoReply,
  icmpv6EchoRequest,
  icmpv6Error,
  ipv4,
  ipv6,
  MacAddress,
  neighborAdvertisement,
  neighborSolicitation,
  payload,
  routerSolicitation,
  routingHeader,
  sourceLinkLayerAddressOption,
  tcp,
  trailer,
  udp,
  vlan,
  type Layer,
} from '../../../harness/packet/index.ts';
import { seededRandom, type SeededRandom } from '../../../harness/random.ts';

/** A UDP port with IPv6 right behind the UDP header; not 3544, which belongs to Teredo. */
export const FOU_PORT = 40001;
/** UDP ports that carry nothing known. */
export const PLAIN_PORTS = [40002, 40003, 40004, 40005] as const;

const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'];
const IPV4_ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.1.2.3', '192.0.2.1', '198.51.100.7'];
const IPV6_ADDRESSES = ['fd5a:1234:5600:1::10', 'fd5a:1234:5600:2::20', '2001:db8::1', 'fe80::1', '2002:c000:201::1'];

const MAXIMUM_TUNNEL_DEPTH = 3;

export interface CorpusFrame {
  readonly bytes: Uint8Array;
  /** What was done to a sound frame to break it; `sound` if nothing. */
  readonly recipe: string;
}

export function frameCorpus(seed: string, count: number): readonly CorpusFrame[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => breakSometimes(random, soundFrame(random)));
}

function soundFrame(random: SeededRandom): Uint8Array {
  const link: Layer[] = [ethernet({ source: random.pick(MACS), destination: random.pick(MACS) })];
  if (random.chance(0.05)) link.push(vlan({ vlanIdentifier: random.int(4096), priority: random.int(8) }));
  if (random.chance(0.04)) return build(...link, randomArp(random));
  if (random.chance(0.1)) return fragmentOfIpv4(random, link);
  const packet = ipLayers(random, 0);
  return build(...link, ...packet, ...(random.chance(0.1) ? [trailer(random.bytes(1 + random.int(12)))] : []));
}

function randomArp(random: SeededRandom): Layer {
  return arp({
    operation: 1 + random.int(2),
    senderHardwareAddress: random.pick(MACS),
    senderProtocolAddress: random.pick(IPV4_ADDRESSES),
    targetHardwareAddress: random.pick(MACS),
    targetProtocolAddress: random.pick(IPV4_ADDRESSES),
  });
}

function fragmentOfIpv4(random: SeededRandom, link: readonly Layer[]): Uint8Array {
  const whole = build(randomIpv4(random), ...ipv6Packet(random, 1), payload(random.bytes(100)));
  const pieces = fragmentIpv4(whole, [8 * (1 + random.int(5)), 8 * (1 + random.int(5))]);
  return concat(build(...link.slice(0, -1), withEtherType(random, link)), random.pick(pieces));
}

/** The last link layer again, announcing IPv4, because a finished fragment is no layer. */
function withEtherType(random: SeededRandom, link: readonly Layer[]): Layer {
  const isTagged = link.at(-1)?.kind === 'vlan';
  return isTagged
    ? vlan({ vlanIdentifier: random.int(4096), etherType: 0x0800 })
    : ethernet({ source: random.pick(MACS), destination: random.pick(MACS), etherType: 0x0800 });
}

function ipLayers(random: SeededRandom, depth: number): readonly Layer[] {
  return random.chance(0.6) ? ipv4Packet(random, depth) : ipv6Packet(random, depth);
}

function ipv4Packet(random: SeededRandom, depth: number): readonly Layer[] {
  return [randomIpv4(random), ...ipContent(random, depth, 4)];
}

function ipv6Packet(random: SeededRandom, depth: number): readonly Layer[] {
  return [randomIpv6(random), ...extensionHeaders(random), ...ipContent(random, depth, 6)];
}

function randomIpv4(random: SeededRandom): Layer {
  return ipv4({
    source: random.pick(IPV4_ADDRESSES),
    destination: random.pick(IPV4_ADDRESSES),
    ttl: random.int(256),
    tos: random.int(256),
    identification: random.int(65536),
    dontFragment: random.chance(0.5),
    ...(random.chance(0.03) ? { fragmentOffset: random.int(0x2000), moreFragments: random.chance(0.5) } : {}),
    // No-Operation, or Router Alert (RFC 2113).
    ...(random.chance(0.1) ? { options: Uint8Array.of(1, 1, 1, 1) } : {}),
    ...(random.chance(0.05) ? { options: Uint8Array.of(148, 4, 0, 0) } : {}),
  });
}

function randomIpv6(random: SeededRandom): Layer {
  return ipv6({
    source: random.pick(IPV6_ADDRESSES),
    destination: random.pick(IPV6_ADDRESSES),
    trafficClass: random.int(256),
    flowLabel: random.int(0x100000),
    hopLimit: random.int(256),
  });
}

function extensionHeaders(random: SeededRandom): readonly Layer[] {
  const layers: Layer[] = [];
  if (random.chance(0.1)) layers.push(hopByHopOptions({ options: Uint8Array.of(5, 2, 0, 0) }));
  if (random.chance(0.1)) layers.push(destinationOptions());
  if (random.chance(0.07)) layers.push(routingHeader({ data: new Uint8Array(20) }));
  if (random.chance(0.1)) {
    layers.push(fragmentHeader({ identification: random.nextUint32(), moreFragments: random.chance(0.5) }));
  }
  if (random.chance(0.05)) layers.push(ah({ spi: random.nextUint32(), sequence: 1 }));
  return layers;
}

function ipContent(random: SeededRandom, depth: number, version: 4 | 6): readonly Layer[] {
  const data = payload(random.bytes(random.int(40)));
  if (depth < MAXIMUM_TUNNEL_DEPTH && random.chance(0.45)) return tunnel(random, depth + 1);
  const upper = random.int(10);
  if (upper < 4) return [randomUdp(random, random.pick(PLAIN_PORTS)), data];
  if (upper < 6)
    return [tcp({ sourcePort: random.pick(PLAIN_PORTS), destinationPort: random.pick(PLAIN_PORTS) }), data];
  if (upper < 9) return [version === 4 ? randomIcmpv4(random) : randomIcmpv6(random)];
  return random.chance(0.5) ? [esp({ spi: 4096 + random.int(1000), sequence: 1 }), data] : [data];
}

function tunnel(random: SeededRandom, depth: number): readonly Layer[] {
  const kind = random.int(10);
  if (kind < 6) return ipv6Packet(random, depth);
  if (kind < 7) return ipv4Packet(random, depth);
  if (kind < 8) return [randomUdp(random, FOU_PORT), ...ipv6Packet(random, depth)];
  const header = gre({
    ...(random.chance(0.4) ? { checksum: 'compute' as const } : {}),
    ...(random.chance(0.4) ? { key: random.nextUint32() } : {}),
    ...(random.chance(0.4) ? { sequence: random.nextUint32() } : {}),
  });
  return [header, ...ipLayers(random, depth)];
}

function randomUdp(random: SeededRandom, destinationPort: number): Layer {
  const sourcePort = random.pick(PLAIN_PORTS);
  return udp({ sourcePort, destinationPort, ...(random.chance(0.1) ? { checksum: 0 } : {}) });
}

function randomIcmpv4(random: SeededRandom): Layer {
  const echo = { identifier: random.int(65536), sequence: random.int(65536), data: random.bytes(random.int(60)) };
  if (random.chance(0.3)) return icmpv4EchoRequest(echo);
  if (random.chance(0.3)) return icmpv4EchoReply(echo);
  const quoted = build(...ipv4Packet(random, MAXIMUM_TUNNEL_DEPTH));
  const [type, code] = random.pick([
    [3, 0],
    [3, 1],
    [3, 4],
    [11, 0],
    [12, 0],
  ] as const);
  return icmpv4Error({ type, code, quoted: quoted.subarray(0, random.pick([28, 60, 548])) });
}

function randomIcmpv6(random: SeededRandom): Layer {
  const echo = { identifier: random.int(65536), sequence: random.int(65536), data: random.bytes(random.int(60)) };
  const target = random.pick(IPV6_ADDRESSES);
  const options = [sourceLinkLayerAddressOption(MacAddress.parse(random.pick(MACS)))];
  switch (random.int(7)) {
    case 0:
      return icmpv6EchoRequest(echo);
    case 1:
      return icmpv6EchoReply(echo);
    case 2:
      return neighborSolicitation({ target, options });
    case 3:
      return neighborAdvertisement({ target, options, solicited: true, override: true });
    case 4:
      return routerSolicitation({ options });
    default: {
      const quoted = build(...ipv6Packet(random, MAXIMUM_TUNNEL_DEPTH));
      const [type, code] = random.pick([
        [1, 0],
        [1, 3],
        [2, 0],
        [3, 0],
        [4, 1],
      ] as const);
      return icmpv6Error({ type, code, parameter: type === 2 ? 1280 : 0, quoted: quoted.subarray(0, 1232) });
    }
  }
}

function breakSometimes(random: SeededRandom, bytes: Uint8Array): CorpusFrame {
  if (random.chance(0.5)) return { bytes, recipe: 'sound' };
  if (random.chance(0.4)) {
    const length = 14 + random.int(bytes.length - 13);
    return { bytes: bytes.slice(0, length), recipe: `cut to ${length} of ${bytes.length} bytes` };
  }
  return corruptHeader(random, bytes);
}

/** Change one byte of one header: lengths, versions, checksums, protocols, flags, addresses, whatever it is. */
function corruptHeader(random: SeededRandom, bytes: Uint8Array): CorpusFrame {
  const { layers } = decode(bytes, 'ethernet', { tunnelPorts: { [FOU_PORT]: 'fou' } });
  const headers = layers.filter((layer) => layer.kind !== 'ethernet' && layer.headerLengthBytes > 0);
  if (headers.length === 0) return { bytes, recipe: 'sound' };
  const { kind, offset, headerLengthBytes } = random.pick(headers);
  const at = offset + random.int(headerLengthBytes);
  const broken = bytes.slice();
  const value = random.chance(0.5) ? random.int(256) : (broken[at] ?? 0) ^ (1 << random.int(8));
  broken[at] = value;
  return { bytes: broken, recipe: `byte ${at - offset} of ${kind} (frame offset ${at}) set to ${value}` };
}
