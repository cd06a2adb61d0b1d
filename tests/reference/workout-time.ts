import type { Ipv4Address } from '../../harness/address/ipv4-address.ts';
import { fragmentIpv4 } from '../../harness/packet/fragment.ts';
import { build } from '../../harness/packet/build.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { payload } from '../../harness/packet/layer.ts';
import { icmpv4Error } from '../../harness/packet/layers/icmpv4.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import type { Ipv4Fields } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import type { Ipv6Fields } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import type { Bench } from './reference-bench.ts';
import { a4, bytes } from './workout.ts';
import type { Workout } from './workout.ts';

/** 3/4 about a packet of the node: IPv4 header and 8 bytes. */
const tooBig = (bench: Bench, mtu: number, destination: Ipv4Address, change: Ipv4Fields = {}): Layer[] => {
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

export const timeAndSize = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const sizes = [1270, 1280, 1281, 1372, 1373, 1380, 1381, 1400, 1480];
  const both = (): void => {
    for (const size of sizes)
      for (const destination of [lab.n2.pod(), lab.n3.pod()]) work.fromPod({ destination }, size);
  };
  both();
  work.underlay('not ours', tooBig(bench, 1350, lab.n2.ipv4, { source: a4('10.0.0.9') }));
  for (const mtu of [1400, 1500, 9000, 0, 1000, 552, 68, 40]) {
    work.underlay(`3/4 ${String(mtu)}`, tooBig(bench, mtu, lab.n2.ipv4));
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
