import { Ipv4Address } from '../../harness/address/ipv4-address.ts';
import { Ipv4Prefix } from '../../harness/address/ipv4-prefix.ts';
import { Ipv6Address } from '../../harness/address/ipv6-address.ts';
import { toHex } from '../../harness/packet/bytes.ts';
import { fragmentIpv4 } from '../../harness/packet/fragment.ts';
import { build } from '../../harness/packet/build.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { payload } from '../../harness/packet/layer.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { icmpv4Error } from '../../harness/packet/layers/icmpv4.ts';
import { icmpv6EchoRequest, icmpv6Error } from '../../harness/packet/layers/icmpv6.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import type { Ipv4Fields } from '../../harness/packet/layers/ipv4.ts';
import { destinationOptions, fragmentHeader, hopByHopOptions } from '../../harness/packet/layers/ipv6-extension.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import type { Ipv6Fields } from '../../harness/packet/layers/ipv6.ts';
import { neighborSolicitation, routerAdvertisement } from '../../harness/packet/layers/ndp.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import type { Bench } from './reference-bench.ts';
import { MACS } from './reference-bench.ts';

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index * 7);
const a4 = (text: string): Ipv4Address => Ipv4Address.parse(text);
const a6 = (text: string): Ipv6Address => Ipv6Address.parse(text);

/** One stimulus after the other on one node; what comes out is the fingerprint of the node's behaviour. */
export class Workout {
  readonly log: string[] = [];
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** A UDP packet of `size` bytes, IPv6 header included, from a pod. */
  fromPod(fields: Ipv6Fields, size = 100, ports: readonly [number, number] = [1000, 2000]): void {
    const { lab } = this.#bench;
    const [sourcePort, destinationPort] = ports;
    const header = { source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 64, ...fields };
    const layers =
      size < 48 ? [payload(bytes(size - 40))] : [udp({ sourcePort, destinationPort }), payload(bytes(size - 48))];
    this.podFrame(`pod ${String(size)} ${JSON.stringify(fields, plain)}`, [
      ipv6({ ...header, ...(size < 48 ? { nextHeader: 59 } : {}) }),
      ...layers,
    ]);
  }

  podFrame(title: string, layers: readonly Layer[], padding?: Uint8Array): void {
    this.#note(title, this.#bench.send('P', layers, padding));
  }

  /** A tunnel packet with a UDP packet in it. */
  fromTunnel(
    inner: Ipv6Fields,
    outer: Ipv4Fields = {},
    layers: readonly Layer[] = [udp({ sourcePort: 7, destinationPort: 9 }), payload(bytes(60))],
  ): void {
    const { lab } = this.#bench;
    const header = ipv6({ source: lab.n2.pod(), destination: lab.n1.pod(), hopLimit: 64, ...inner });
    this.tunnelFrame(`tunnel ${JSON.stringify([inner, outer], plain)}`, [header, ...layers], outer);
  }

  tunnelFrame(title: string, inner: readonly Layer[], outer: Ipv4Fields = {}, padding?: Uint8Array): void {
    this.#note(title, this.#bench.send('U', [this.outer(outer), ...this.carrier(), ...inner], padding));
  }

  outer(fields: Ipv4Fields = {}): Layer {
    const { lab } = this.#bench;
    return ipv4({ source: lab.n2.ipv4, destination: lab.n1.ipv4, ttl: 60, ...fields });
  }

  carrier(): Layer[] {
    const { encapsulation } = this.#bench.lab.profile;
    return encapsulation.kind === 'fou'
      ? [udp({ sourcePort: 50_000, destinationPort: encapsulation.port, checksum: 0 })]
      : [];
  }

  underlay(title: string, layers: readonly Layer[]): void {
    this.#note(title, this.#bench.send('U', layers));
  }

  fragments(title: string, packet: Uint8Array, lengths: readonly number[], order: readonly number[]): void {
    const pieces = fragmentIpv4(packet, [...lengths]);
    for (const index of order) {
      const piece = pieces[index];
      if (piece) this.rawUnderlay(`${title} ${String(index)}`, piece);
    }
  }

  rawUnderlay(title: string, packet: Uint8Array): void {
    const frame = build(
      ethernet({ destination: MACS.U, source: '02:00:00:00:99:01', etherType: 0x0800 }),
      payload(packet),
    );
    this.#note(title, this.#bench.sendFrame('U', frame));
  }

  pass(milliseconds: number): void {
    this.#bench.take();
    this.#bench.clock.advance(milliseconds);
    this.#note(`after ${String(milliseconds)} ms`, this.#bench.take());
  }

  #note(title: string, seen: ReturnType<Bench['take']>): void {
    const out = seen.map((one) => `${one.port} ${one.destinationMac} ${toHex(one.packet)}`);
    this.log.push(`${title}: ${out.join(' | ')}`);
  }
}

const plain = (_key: string, value: unknown): unknown =>
  value instanceof Ipv4Address || value instanceof Ipv6Address ? value.toString() : value;

/** 3/4 about a packet of the node: IPv4 header and 8 bytes. */
const tooBig = (
  bench: Bench,
  workout: Workout,
  mtu: number,
  destination: Ipv4Address,
  change: Ipv4Fields = {},
): Layer[] => {
  const { lab } = bench;
  const quoted = build(
    ipv4({
      source: lab.n1.ipv4,
      destination,
      totalLength: 1500,
      protocol: lab.profile.encapsulation.kind === 'fou' ? 17 : 41,
      ...change,
    }),
    ...(lab.profile.encapsulation.kind === 'fou'
      ? [udp({ sourcePort: 50_000, destinationPort: 3544, length: 1480 })]
      : [payload(bytes(8))]),
  );
  void workout;
  return [
    ipv4({ source: lab.underlay.gatewayA, destination: lab.n1.ipv4 }),
    icmpv4Error({ type: 3, code: 4, nextHopMtu: mtu, quoted }),
  ];
};

const unreachable = (
  bench: Bench,
  type: number,
  code: number,
  innerLength: number,
  source = bench.lab.n1.ipv4,
): Layer[] => {
  const { lab } = bench;
  const fou = lab.profile.encapsulation.kind === 'fou' ? [udp({ sourcePort: 50_000, destinationPort: 3544 })] : [];
  const quoted = build(
    ipv4({ source, destination: lab.n2.ipv4 }),
    ...fou,
    ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 63 }),
    udp({ sourcePort: 1, destinationPort: 2 }),
    payload(bytes(40)),
  );
  return [
    ipv4({ source: lab.underlay.gatewayA, destination: lab.n1.ipv4 }),
    icmpv4Error({ type, code, quoted: quoted.subarray(0, 20 + fou.length * 8 + innerLength) }),
  ];
};

export const podSide = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const own = lab.n1.pod();
  for (const hopLimit of [64, 2, 255, 1, 0]) work.fromPod({ hopLimit });
  for (let ecn = 0; ecn < 4; ecn++) for (const dscp of [0, 46, 10]) work.fromPod({ trafficClass: dscp * 4 + ecn });
  for (const flowLabel of [1, 0xabcde, 0xfffff]) work.fromPod({ flowLabel });
  for (const size of [40, 41, 1280, 1281, 1372, 1380, 1381, 1472, 1473, 1480, 1481, 1500, 4000]) work.fromPod({}, size);
  for (let port = 0; port < 12; port++) work.fromPod({}, 100, [3000 + port, 2000]);
  work.podFrame(
    'short padded',
    [ipv6({ source: own, destination: lab.n2.pod(), nextHeader: 59, hopLimit: 9 })],
    bytes(6),
  );
  const toN2 = (fields: Ipv6Fields = {}): Layer =>
    ipv6({ source: own, destination: lab.n2.pod(), hopLimit: 64, ...fields });
  work.podFrame('hop-by-hop', [
    toN2(),
    hopByHopOptions({ options: Uint8Array.of(5, 2, 0, 0, 1, 0) }),
    udp(),
    payload(bytes(8)),
  ]);
  work.podFrame('unknown option', [
    toN2(),
    hopByHopOptions({ options: Uint8Array.of(0xc7, 2, 0, 0, 1, 0) }),
    udp(),
    payload(bytes(8)),
  ]);
  work.podFrame('destination options', [
    toN2(),
    destinationOptions({ options: Uint8Array.of(0xc7, 2, 0, 0, 1, 0) }),
    udp(),
    payload(bytes(8)),
  ]);
  work.podFrame('first fragment', [
    toN2(),
    fragmentHeader({ moreFragments: true, identification: 5, nextHeader: 17 }),
    payload(bytes(64)),
  ]);
  work.podFrame('later fragment', [
    toN2(),
    fragmentHeader({ fragmentOffset: 8, identification: 5, nextHeader: 17 }),
    payload(bytes(64)),
  ]);
  work.podFrame('wrong checksum', [toN2(), udp({ checksum: 0x1234 }), payload(bytes(9))]);
  for (const nextHeader of [59, 253, 4])
    work.podFrame(`next header ${String(nextHeader)}`, [toN2({ nextHeader }), payload(bytes(8))]);
  const embedding = (text: string): Ipv6Address => lab.map?.nodePrefix(a4(text)).at(16) ?? a6('2002:c000:214::1');
  const inDomain = ['10.0.0.255', '10.0.1.255', '10.0.0.4', '10.1.2.3', '10.2.2.3', '10.3.2.3', '10.128.200.1'];
  const anywhere = [
    '192.0.2.255',
    '1.2.3.4',
    '198.51.100.255',
    '203.0.113.128',
    '224.0.0.5',
    '127.0.0.1',
    '0.0.0.1',
    '10.0.0.9',
    '169.254.1.1',
    '240.0.0.1',
    '255.255.255.255',
    '192.0.2.11',
  ];
  const reachable =
    lab.profile.mapping.kind === '6rd'
      ? inDomain.filter(
          (text) =>
            lab.map &&
            bench.setup.mapping.kind === '6rd' &&
            text.startsWith('10.') &&
            bench.setup.mapping.ipv4Prefix === '10.0.0.0/8',
        )
      : anywhere;
  for (const text of reachable) work.fromPod({ destination: embedding(text) });
  work.fromPod({}, 100);
  for (const source of [
    lab.n3.pod(),
    a6('2001:db8:ffff::1'),
    a6('fe80::5'),
    a6('::ffff:1.2.3.4'),
    a6('::1'),
    a6('::'),
    a6('2002:a00:1::1'),
  ])
    work.fromPod({ source });
  const others = [
    '::10.0.0.9',
    '::192.0.2.20',
    '2001:db8:ffff::1',
    '::1',
    'ff0e::1',
    'ff02::2',
    'fd00:99::5',
    'fd00:98::5',
    'fd5b::1',
    '2002:c000:214::1',
    'fe80::77',
  ];
  for (const destination of others) work.fromPod({ destination: a6(destination) });
  for (const destination of [lab.n1.pod(1), lab.unassignedPod, lab.n1.nodePrefix.at(0x77), lab.n3.pod()])
    work.fromPod({ destination });
  const isatap = Uint8Array.from(lab.n2.pod().bytes);
  isatap.set([0, 0, 0x5e, 0xfe, 10, 0, 0, 9], 8);
  work.fromPod({ destination: Ipv6Address.fromBytes(isatap) });
  work.fromPod({ source: lab.n1.pod(1) });
  work.fromPod({ source: lab.n1.pod(2), destination: lab.n3.pod() });
  for (const type of [1, 2, 3])
    work.podFrame(`error ${String(type)}`, [toN2({ hopLimit: 1 }), icmpv6Error({ type, code: 0, quoted: bytes(60) })]);
  work.podFrame('echo to gateway', [
    ipv6({ source: own, destination: lab.overlayAddress, hopLimit: 1 }),
    icmpv6EchoRequest({ data: bytes(8) }),
  ]);
  work.podFrame('echo to loopback', [
    ipv6({ source: own, destination: a6('::1') }),
    icmpv6EchoRequest({ data: bytes(8) }),
  ]);
  for (const chunk of [1, 2, 3]) work.fromPod({ hopLimit: 1 }, 1500 + chunk);
  for (let count = 0; count < 60; count++) work.fromPod({ hopLimit: 1 }, 60);
  work.pass(1000);
  work.fromPod({ hopLimit: 1 });
};

export const tunnelSide = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  for (const [hopLimit, ttl] of [
    [64, 7],
    [255, 60],
    [1, 60],
    [64, 1],
    [64, 0],
  ] as const)
    work.fromTunnel({ hopLimit }, { ttl });
  for (let cell = 0; cell < 16; cell++)
    work.fromTunnel({ trafficClass: 0x28 | (cell & 3) }, { tos: 0xb8 | (cell >> 2) });
  work.fromTunnel({ flowLabel: 0xabcde });
  const echo = (data: number): Layer[] => [icmpv6EchoRequest({ identifier: 3, sequence: 4, data: bytes(data) })];
  for (const data of [0, 8, 1400]) work.fromTunnel({ destination: lab.overlayAddress, hopLimit: 1 }, {}, echo(data));
  work.fromTunnel({ destination: lab.overlayAddress }, { source: lab.n3.ipv4 }, echo(8));
  work.fromTunnel({ destination: lab.n1.nodePrefix.address }, {}, echo(8));
  work.fromTunnel({ destination: a6('::1') }, {}, echo(8));
  work.fromTunnel({ source: a6('fe80::c000:214'), destination: a6('fe80::c000:20a'), hopLimit: 1 }, {}, echo(8));
  for (const hopLimit of [255, 254]) {
    work.fromTunnel({ hopLimit, destination: lab.overlayAddress }, {}, [
      neighborSolicitation({ target: lab.overlayAddress }),
    ]);
    const options = [Uint8Array.of(1, 1, 2, 0, 0, 0, 0xba, 0xad)];
    work.fromTunnel({ hopLimit, destination: lab.overlayAddress }, {}, [
      neighborSolicitation({ target: lab.n1.pod(), options }),
    ]);
  }
  work.fromTunnel({ source: a6('fe80::1'), destination: a6('ff02::1'), hopLimit: 255 }, {}, [routerAdvertisement({})]);
  work.fromPod({ destination: a6('2001:db8:ffff::1') });
  work.fromPod({});
  work.fromTunnel({});
  work.fromTunnel({}, { source: lab.n3.ipv4 });
  work.fromTunnel({ source: lab.n3.pod() }, { source: lab.n3.ipv4 });
  work.fromTunnel({ source: lab.n3.pod() });
  work.fromTunnel({}, { source: a4('172.0.0.2') });
  work.fromTunnel({}, { source: a4('192.0.2.21') });
  work.fromTunnel({ source: lab.n1.pod(1) });
  const neighbour = Ipv4Address.fromNumber((lab.n2.ipv4.toNumber() ^ 0x10000) >>> 0);
  work.fromTunnel({}, { source: neighbour });
  for (const destination of [
    lab.n3.pod(),
    lab.unassignedPod,
    a6('2001:db8:ffff::1'),
    a6('fd00:99::5'),
    a6('ff02::1'),
    a6('ff0e::1'),
    a6('fe80::1'),
    a6('fec0::1'),
    a6('2002:a00:1::1'),
  ])
    work.fromTunnel({ destination });
  const strange = ['2001:db8:ffff::9', '::1', '::10.0.0.2', '::ffff:1.2.3.4', 'ff0e::1', 'fec0::5', 'fe80::9', '::'];
  for (const source of strange)
    for (const outer of [lab.n2.ipv4, lab.n3.ipv4, lab.underlay.relay])
      work.fromTunnel({ source: a6(source) }, { source: outer });
  work.fromTunnel({ source: a6('2001:db8:aaaa::1'), destination: a6('2001:db8:bbbb::1') });
  for (const text of [
    '224.0.0.1',
    '255.255.255.255',
    '10.0.0.255',
    '192.0.2.255',
    '10.0.0.4',
    '192.0.2.11',
    '192.0.2.77',
    '10.0.0.9',
  ])
    work.fromTunnel({}, { destination: a4(text) });
  for (const text of [
    '169.254.0.1',
    '240.0.0.1',
    '127.0.0.1',
    '0.0.0.1',
    '172.31.255.255',
    '172.16.0.1',
    '172.32.0.0',
    '128.0.0.0',
    '11.0.0.0',
    '10.9.9.9',
    lab.n1.ipv4.toString(),
  ]) {
    const source = a4(text);
    if (lab.profile.mapping.kind === '6to4') work.fromTunnel({ source: lab.node(source).pod() }, { source });
    work.fromTunnel({ source: a6('2001:db8:ffff::9') }, { source });
  }
  for (const fields of [
    { headerChecksum: 0x1234 },
    { ihl: 4 },
    { totalLength: 19 },
    { version: 5 },
    { totalLength: 200 },
  ])
    work.fromTunnel({}, fields);
  for (const options of [
    Uint8Array.of(1, 1, 1, 1),
    Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0),
    Uint8Array.of(131, 7, 4, 10, 0, 0, 9, 0),
  ])
    work.fromTunnel({}, { options });
  for (const protocol of [4, 17, 47, 58, 0, 42, 137]) work.fromTunnel({}, { protocol });
  const inner = (fields: Ipv6Fields = {}): Layer =>
    ipv6({ source: lab.n2.pod(), destination: lab.n1.pod(), hopLimit: 64, ...fields });
  work.tunnelFrame('surplus', [inner({ payloadLength: 100, nextHeader: 59 }), payload(bytes(117))]);
  work.tunnelFrame('cut off', [inner({ payloadLength: 101, nextHeader: 59 }), payload(bytes(100))]);
  work.tunnelFrame('padded frame', [inner({ nextHeader: 59 })], {}, bytes(46));
  for (const length of [0, 1, 8, 39])
    work.tunnelFrame(`short ${String(length)}`, [payload(build(inner({ nextHeader: 59 })).subarray(0, length))], {
      protocol: work.carrier().length > 0 ? 17 : 41,
    });
  for (const version of [4, 5])
    work.tunnelFrame(`inner version ${String(version)}`, [inner({ version, nextHeader: 59 }), payload(bytes(8))], {
      protocol: work.carrier().length > 0 ? 17 : 41,
    });
  work.tunnelFrame('nested', [
    inner(),
    ipv6({ source: lab.n3.pod(), destination: lab.n1.pod() }),
    udp(),
    payload(bytes(4)),
  ]);
  work.tunnelFrame('options', [
    inner(),
    destinationOptions({ options: Uint8Array.of(0xc7, 2, 0, 0, 1, 0) }),
    udp(),
    payload(bytes(8)),
  ]);
  work.tunnelFrame('fragment', [
    inner(),
    fragmentHeader({ moreFragments: true, identification: 5, nextHeader: 17 }),
    payload(bytes(64)),
  ]);
  work.tunnelFrame('wrong checksum', [inner(), udp({ checksum: 0x1234 }), payload(bytes(9))]);
  work.tunnelFrame('large', [inner(), udp(), payload(bytes(1452))]);
  work.tunnelFrame('path error', [inner(), icmpv6Error({ type: 2, code: 0, parameter: 1300, quoted: bytes(60) })]);
  for (let count = 0; count < 9; count++) work.fromTunnel({}, { identification: 0, dontFragment: true });
};

export const timeAndSize = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const sizes = [1270, 1280, 1281, 1372, 1373, 1380, 1381, 1400, 1480];
  const both = (): void => {
    for (const size of sizes)
      for (const destination of [lab.n2.pod(), lab.n3.pod()]) work.fromPod({ destination }, size);
  };
  both();
  work.underlay('not ours', tooBig(bench, work, 1350, lab.n2.ipv4, { source: a4('10.0.0.9') }));
  for (const mtu of [1400, 1500, 9000, 0, 1000, 552, 68, 40]) {
    work.underlay(`3/4 ${String(mtu)}`, tooBig(bench, work, mtu, lab.n2.ipv4));
    both();
  }
  for (const [type, code, length] of [
    [3, 1, 88],
    [3, 13, 48],
    [11, 0, 88],
    [3, 1, 8],
    [3, 1, 39],
    [3, 1, 47],
    [5, 1, 88],
    [11, 1, 88],
  ] as const) {
    work.underlay(`icmp ${String(type)}/${String(code)} ${String(length)}`, unreachable(bench, type, code, length));
  }
  work.underlay('icmp about others', unreachable(bench, 3, 1, 88, a4('10.0.0.9')));
  work.pass(10_000);
  work.fromPod({}, 1480);
  work.pass(700_000);
  work.fromPod({}, 1480);
  const whole = (fields: Ipv4Fields, inner: Ipv6Fields = {}, size = 1400): Uint8Array =>
    build(
      work.outer({ ...fields, protocol: work.carrier().length > 0 ? 17 : 41 }),
      ...work.carrier(),
      ipv6({ source: lab.n2.pod(), destination: lab.n1.pod(), hopLimit: 64, ...inner }),
      udp(),
      payload(bytes(size)),
    );
  work.fragments('two', whole({ identification: 1 }), [800], [0, 1]);
  work.fragments('reversed', whole({ identification: 2 }), [8, 16], [2, 1, 0]);
  work.fragments('spoofed', whole({ identification: 3, source: lab.n3.ipv4 }), [64], [0, 1]);
  work.fragments('mixed', whole({ identification: 4 }), [800], [0]);
  work.fragments('mixed', whole({ identification: 4, source: lab.n3.ipv4 }), [800], [1]);
  work.fragments('no first', whole({ identification: 5 }), [800], [1]);
  work.fragments('large', whole({ identification: 6 }, {}, 3900), [1480, 1480], [0, 1, 2]);
  for (const [index, marks] of [
    [2, 3, 2],
    [0, 3, 2],
    [2, 2, 2],
  ].entries()) {
    const pieces = fragmentIpv4(whole({ identification: 20 + index, tos: 2 }, { trafficClass: 2 }), [480, 480]);
    for (const [at, piece] of pieces.entries()) {
      const marked = build(
        ipv4({
          source: lab.n2.ipv4,
          destination: lab.n1.ipv4,
          ttl: 60,
          tos: marks[at] ?? 0,
          identification: 20 + index,
          moreFragments: at < pieces.length - 1,
          fragmentOffset: at * 60,
          protocol: work.carrier().length > 0 ? 17 : 41,
        }),
        payload(piece.subarray(20)),
      );
      work.rawUnderlay(`ecn fragment ${String(index)}`, marked);
    }
  }
  const overlapping = fragmentIpv4(whole({ identification: 30 }), [800]);
  const [first, second] = overlapping;
  if (first && second) {
    work.rawUnderlay('overlap', first);
    const forged = first.slice();
    forged.set(bytes(40), 40);
    work.rawUnderlay('overlap', forged);
    work.rawUnderlay('overlap', second);
  }
  work.pass(130_000);
};

/** 1000 nodes, as far as the mapping has room for them. */
export const crowd = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const room = lab.profile.mapping.kind === '6to4' ? Ipv4Prefix.parse('198.51.0.0/16') : lab.underlay.behindA;
  if (!lab.map || !room) return;
  for (let count = 0; count < 1000; count++) {
    const node = lab.node(room.at(count * 37 + 1));
    work.fromPod({ destination: node.pod(), flowLabel: count });
  }
};
