import { Ipv4Address } from '../../harness/address/ipv4-address.ts';
import { build } from '../../harness/packet/build.ts';
import { payload } from '../../harness/packet/layer.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { icmpv6EchoRequest } from '../../harness/packet/layers/icmpv6.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { fragmentHeader } from '../../harness/packet/layers/ipv6-extension.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import type { Bench } from './reference-bench.ts';
import type { Workout } from './workout.ts';
import { a6, bytes } from './workout.ts';

/** An echo request to the node, in pieces, and a few stimuli that need another switch or relay. */
export const ownFragments = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const header = { source: lab.n2.pod(), destination: lab.overlayAddress, hopLimit: 64 };
  const message = build(ipv6(header), icmpv6EchoRequest({ identifier: 1, sequence: 2, data: bytes(104) })).subarray(40);
  const piece = (
    id: number,
    from: number,
    to: number,
    moreFragments: boolean,
    data = message.subarray(from, to),
  ): void => {
    const layers: Layer[] = [
      ipv6(header),
      fragmentHeader({ identification: id, fragmentOffset: from / 8, moreFragments, nextHeader: 58 }),
      payload(data),
    ];
    work.tunnelFrame(`own ${String(id)} ${String(from)}`, layers);
  };
  piece(1, 56, 112, false);
  piece(1, 0, 112, false);
  piece(1, 0, 56, true);
  piece(2, 0, 64, true);
  piece(2, 56, 112, false);
  piece(2, 64, 112, false);
  piece(3, 0, 60, true);
  piece(4, 65_528, 0, false, bytes(100));
  piece(5, 0, 0, true);
  piece(6, 0, 56, true);
  work.pass(61_000);
  work.fromTunnel({ source: lab.n2.pod(), destination: lab.n2.pod(1) });
  work.fromTunnel({ source: a6('2001:db8:ffff::9') }, { source: Ipv4Address.parse('192.88.99.1') });
  oversize(bench, work);
};

/** Fragments whose end lies beyond the largest datagram, around an inner packet of 48 bytes. */
const oversize = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const inner = build(
    ...work.carrier(),
    ipv6({ source: lab.n2.pod(), destination: lab.n1.pod(), nextHeader: 59 }),
    payload(bytes(8)),
  );
  const protocol = work.carrier().length > 0 ? 17 : 41;
  const step = 1480;
  for (let offset = 0; offset < 65_536; offset += step) {
    const moreFragments = offset + step < 65_536;
    const fields = { source: lab.n2.ipv4, destination: lab.n1.ipv4, protocol, identification: 77 };
    const data = new Uint8Array(step);
    if (offset === 0) data.set(inner);
    const fragment = build(ipv4({ ...fields, fragmentOffset: offset / 8, moreFragments }), payload(data));
    work.rawUnderlay(`oversize ${String(offset)}`, fragment);
  }
};
