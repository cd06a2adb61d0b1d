import { Ipv4Address } from '../../harness/address/ipv4-address.ts';
import { Ipv6Address } from '../../harness/address/ipv6-address.ts';
import { toHex } from '../../harness/packet/bytes.ts';
import { fragmentIpv4 } from '../../harness/packet/fragment.ts';
import { build } from '../../harness/packet/build.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { payload } from '../../harness/packet/layer.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import type { Ipv4Fields } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import type { Ipv6Fields } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import type { Bench } from './reference-bench.ts';
import { MACS } from './reference-bench.ts';

export const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index * 7);
export const a4 = (text: string): Ipv4Address => Ipv4Address.parse(text);
export const a6 = (text: string): Ipv6Address => Ipv6Address.parse(text);

const plain = (_key: string, value: unknown): unknown =>
  value instanceof Ipv4Address || value instanceof Ipv6Address ? value.toString() : value;

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
