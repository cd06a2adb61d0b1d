import { Ipv4Prefix } from '../../harness/address/ipv4-prefix.ts';
import { Ipv6Address } from '../../harness/address/ipv6-address.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { payload } from '../../harness/packet/layer.ts';
import { icmpv6EchoRequest, icmpv6Error } from '../../harness/packet/layers/icmpv6.ts';
import { destinationOptions, fragmentHeader, hopByHopOptions } from '../../harness/packet/layers/ipv6-extension.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import type { Ipv6Fields } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import type { Bench } from './reference-bench.ts';
import { a4, a6, bytes } from './workout.ts';
import type { Workout } from './workout.ts';

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
