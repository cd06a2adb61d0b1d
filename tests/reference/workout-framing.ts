import { Ipv4Address } from '../../harness/address/ipv4-address.ts';
import { concat, readUint16, writeUint16 } from '../../harness/packet/bytes.ts';
import { build } from '../../harness/packet/build.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { payload } from '../../harness/packet/layer.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { icmpv4EchoRequest } from '../../harness/packet/layers/icmpv4.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import type { Bench } from './reference-bench.ts';
import type { Workout } from './workout.ts';

/** Stimuli around UDP, the second port and the wrong framing. */
export const framing = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const inner = build(
    ipv6({ source: lab.n2.pod(), destination: lab.n1.pod(), hopLimit: 64, nextHeader: 59 }),
    payload(new Uint8Array(20)),
  );
  const outer = (): Layer => ipv4({ source: lab.n2.ipv4, destination: lab.n1.ipv4 });
  const datagram = (title: string, fields: Parameters<typeof udp>[0], content = inner): void => {
    work.underlay(title, [outer(), udp({ sourcePort: 55_555, destinationPort: 3544, ...fields }), payload(content)]);
  };
  datagram('right', {});
  datagram('no checksum', { checksum: 0 });
  datagram('bad checksum', { checksum: 0x1234 });
  datagram('port 3545', { destinationPort: 3545, checksum: 0 });
  for (const length of [58, 78, 7]) datagram(`length ${String(length)}`, { length, checksum: 0 });
  datagram('surplus', { length: 68, checksum: 0 }, concat(inner, new Uint8Array(12).fill(0xee)));
  datagram('teredo', { checksum: 0 }, concat(new Uint8Array(8), inner));
  const nibble = inner.slice();
  nibble[0] = 0x40;
  datagram('nibble', { checksum: 0 }, nibble);
  work.underlay('protocol 41', [ipv4({ source: lab.n2.ipv4, destination: lab.n1.ipv4, protocol: 41 }), payload(inner)]);
  work.underlay('ping', [outer(), icmpv4EchoRequest({ identifier: 1, sequence: 2, data: new Uint8Array(8) })]);
  onSecondPort(bench, work, inner);
  zeroSum(bench, work);
};

/** A packet on the port to which no route points. */
const onSecondPort = (bench: Bench, work: Workout, inner: Uint8Array): void => {
  const { lab } = bench;
  const header = ipv4({
    source: lab.n2.ipv4,
    destination: lab.n1.ipv4,
    ...(work.carrier().length > 0 ? {} : { protocol: 41 }),
  });
  const seen = bench.send('U2', [header, ...work.carrier(), payload(inner)]);
  work.log.push(`second port: ${String(seen.length)}`);
  const far = Ipv4Address.parse('10.2.9.9');
  if (lab.map && bench.setup.mapping.kind === '6rd' && bench.setup.mapping.ipv4Prefix === '10.0.0.0/8')
    work.fromPod({ destination: lab.node(far).pod() });
};

/** A payload for which the UDP checksum comes out as zero. */
const zeroSum = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const header = ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 64, nextHeader: 59 });
  const content = new Uint8Array(2);
  const first = bench.send('P', [header, payload(content)]).at(0);
  if (!first || first.packet[9] !== 17) return;
  writeUint16(content, 0, readUint16(first.packet, 26));
  work.podFrame('zero sum', [header, payload(content)]);
};
