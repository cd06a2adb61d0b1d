import { Ipv4Address } from '../../harness/address/ipv4-address.ts';
import { build } from '../../harness/packet/build.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { payload } from '../../harness/packet/layer.ts';
import { icmpv6EchoRequest, icmpv6Error } from '../../harness/packet/layers/icmpv6.ts';
import { destinationOptions, fragmentHeader } from '../../harness/packet/layers/ipv6-extension.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import type { Ipv6Fields } from '../../harness/packet/layers/ipv6.ts';
import { neighborSolicitation, routerAdvertisement } from '../../harness/packet/layers/ndp.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import type { Bench } from './reference-bench.ts';
import { a4, a6, bytes } from './workout.ts';
import type { Workout } from './workout.ts';

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
