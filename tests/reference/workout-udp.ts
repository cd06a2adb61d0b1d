import { Ipv6Address } from '../../harness/address/index.ts';
import { outerIpv6Of } from '../../harness/lab/index.ts';
import { build } from '../../harness/packet/build.ts';
import { concat } from '../../harness/packet/bytes.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { payload } from '../../harness/packet/layer.ts';
import { gue } from '../../harness/packet/layers/gue.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import type { Bench } from './reference-bench.ts';
import type { Workout } from './workout.ts';
import { bytes } from './workout.ts';

/** Stimuli around the framings in UDP and their headers, over the outer family of the profile. */
export const udpFramings = (bench: Bench, work: Workout): void => {
  const { lab } = bench;
  const { encapsulation, switches } = lab.profile;
  const destinationPort = 'port' in encapsulation ? encapsulation.port : 3544;
  const isOverIpv6 = switches.outerFamily === 'ipv6';
  const outer = (protocol: number): Layer =>
    isOverIpv6
      ? ipv6({ source: outerIpv6Of(lab.n2.ipv4), destination: outerIpv6Of(lab.n1.ipv4), nextHeader: protocol })
      : ipv4({ source: lab.n2.ipv4, destination: lab.n1.ipv4, protocol });
  const inner = (source: Ipv6Address): Uint8Array =>
    build(ipv6({ source, destination: lab.n1.pod(), hopLimit: 64, nextHeader: 59 }), payload(bytes(20)));
  const datagram = (title: string, content: Uint8Array, checksum?: number): void => {
    const header = udp({ sourcePort: 50_000, destinationPort, ...(checksum === undefined ? {} : { checksum }) });
    work.underlay(title, [outer(17), header, payload(content)]);
  };
  const packet = inner(lab.n2.pod());
  const framed = (fields: Parameters<typeof gue>[0]): Uint8Array => concat(build(gue(fields)), packet);
  datagram('direct', packet);
  datagram('GUE', framed({ protocol: 41 }));
  datagram('GUE flags', framed({ protocol: 41, flags: 0x4000 }));
  datagram('GUE protocol 4', framed({ protocol: 4 }));
  datagram('from a Teredo address', inner(Ipv6Address.parse('2001:0:cb00:7101::f227:f5ff:fffd')));
  datagram('direct without checksum', packet, 0);
  datagram('GUE without checksum', framed({ protocol: 41 }), 0);
  work.underlay('protocol 41', [outer(41), payload(packet)]);
  work.fromPod({}, 1472);
};
