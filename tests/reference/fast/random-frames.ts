/** Frames at random, most of them ordinary, many of them next to a rule of the node, some damaged. */
import { Ipv4Address } from '../../../harness/address/ipv4-address.ts';
import { Ipv6Address } from '../../../harness/address/ipv6-address.ts';
import type { Lab } from '../../../harness/lab/index.ts';
import { build } from '../../../harness/packet/build.ts';
import { writeUint16 } from '../../../harness/packet/bytes.ts';
import { internetChecksum } from '../../../harness/packet/checksum.ts';
import { payload, trailer, type Layer } from '../../../harness/packet/layer.ts';
import { ethernet } from '../../../harness/packet/layers/ethernet.ts';
import { ipv4 } from '../../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { MacAddress } from '../../../harness/packet/mac-address.ts';
import type { SeededRandom } from '../../../harness/random.ts';
import type { TargetSetup } from '../../../harness/target/setup.ts';
import type { PortName } from '../../../harness/wire/wire.ts';
import { MACS } from '../reference-bench.ts';

export interface RandomFrame {
  readonly port: PortName;
  readonly frame: Uint8Array;
}

const SPECIAL_IPV6 = [
  '::', '::1', '::10.0.0.1', '::ffff:10.0.0.2', '1::1', 'fe80::1', 'fe80::99', 'fec0::1', 'ff02::1', 'ff0e::5', 'fdff::1',
  'fd5a:1234:5600::10',
  'fd5a:1234:5600:ff::10', 'fd5a:1234:56ff:ffff::10', 'fd5a:1234:5700::10', 'fd5a:1234:567f:1::10', 'fd5a:1234:56e0:1::10',
  '2002::1', '2002:a00:2::10',
  '2002:a00:1::10', '2002:7f00:1::1', '2002:e000:1::1', '2002:c633:6401::1', '2002:c0a8:101::1',
  '2001:db8:1::10', '2001:db8:2::10', '2001:db8:ffff::1', '2600::1', 'fd00:98::5', 'fd00:98::1', 'fd00:99::1',
].map((text) => Ipv6Address.parse(text)); // prettier-ignore

const SPECIAL_IPV4 = [
  '0.0.0.0', '0.1.2.3', '127.0.0.1', '169.254.1.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '10.0.0.0', '10.0.0.255', '10.3.0.9',
  '192.168.1.1', '172.16.0.1', '198.51.100.1', '198.51.100.255', '10.4.0.1', '10.4.0.255', '10.4.0.7', '10.0.0.4', '8.8.8.8',
].map((text) => Ipv4Address.parse(text)); // prettier-ignore

/** On the node 10.2.0.9 of the domain fd5a:1234:5600::/40+10.0.0.0/8. */
const BEHIND_ROUTER = Ipv6Address.parse('fd5a:1234:5602:9::10');
const HOP_LIMITS = [0, 1, 2, 3, 64, 255];
const PAYLOAD_BYTES = [0, 1, 40, 60, 500, 1239, 1240, 1241, 1400, 1439, 1440, 1441, 1460, 1500, 8000, 9000];
const NEXT_HEADERS = [0, 6, 17, 43, 44, 58, 59, 60, 41, 253];

export class RandomFrames {
  readonly #lab: Lab;
  readonly #random: SeededRandom;
  readonly #own: readonly Ipv4Address[];
  readonly #relays: readonly Ipv4Address[];

  constructor(lab: Lab, setup: TargetSetup, random: SeededRandom) {
    this.#lab = lab;
    this.#own = [setup.underlay.address, ...setup.underlay.secondaryAddresses].map((text) => Ipv4Address.parse(text));
    this.#relays = setup.overlay.relay === undefined ? [] : [Ipv4Address.parse(setup.overlay.relay)];
    this.#random = random;
  }

  next(): RandomFrame {
    const isFromPods = this.#random.chance(0.5);
    const port = isFromPods ? 'P' : this.#random.chance(0.9) ? 'U' : 'U2';
    const layers = isFromPods ? this.#inner(true) : [this.#outer(), ...this.#inner(false)];
    const padding = this.#random.chance(0.2) ? [trailer(this.#random.bytes(this.#random.int(20)))] : [];
    const frame = build(
      ethernet({ source: '02:00:00:00:99:01', destination: this.#destination(port) }),
      ...layers,
      ...padding,
    );
    return { port, frame: this.#random.chance(0.2) ? this.#damaged(frame, isFromPods) : frame };
  }

  #destination(port: PortName): MacAddress {
    if (this.#random.chance(0.95)) return MACS[port];
    return MacAddress.parse(this.#random.pick(['ff:ff:ff:ff:ff:ff', '33:33:00:00:00:01', '02:41:00:00:00:09']));
  }

  #outer(): Layer {
    const { n1, n2, n3 } = this.#lab;
    const random = this.#random;
    return ipv4({
      source: random.chance(0.8)
        ? random.pick([n2.ipv4, n2.ipv4, n3.ipv4, ...this.#relays])
        : random.pick([n1.ipv4, ...SPECIAL_IPV4]),
      destination: random.chance(0.9) ? n1.ipv4 : random.pick([...this.#own, ...this.#own, ...SPECIAL_IPV4]),
      tos: random.int(256),
      identification: random.int(65_536),
      ttl: random.pick(HOP_LIMITS),
      dontFragment: random.chance(0.5),
      ...(random.chance(0.05) ? { protocol: random.pick([1, 17, 47, 4]) } : {}),
    });
  }

  #inner(isFromPods: boolean): Layer[] {
    const { n1, n2, n3, unassignedPod, overlayAddress, pods, native } = this.#lab;
    const random = this.#random;
    const near = [n1.pod(), n1.pod(1), ...pods];
    const far = [n2.pod(), n2.pod(1), n3.pod(), ...(isFromPods ? [BEHIND_ROUTER] : [])];
    const routed = native.routedPrefix.at(1n);
    const odd = [
      routed,
      routed,
      routed,
      routed,
      routed,
      routed,
      routed,
      routed,
      unassignedPod,
      overlayAddress,
      native.host,
      native.dutAddress,
      ...SPECIAL_IPV6,
      ...near,
      ...far,
    ];
    const source = random.chance(0.85) ? random.pick(isFromPods ? near : far) : random.pick(odd);
    const destination = random.chance(0.85) ? random.pick(isFromPods ? far : near) : random.pick(odd);
    const header = ipv6({
      source,
      destination,
      hopLimit: random.chance(0.8) ? 64 : random.pick(HOP_LIMITS),
      trafficClass: random.int(256),
      flowLabel: random.int(2 ** 20),
      nextHeader: random.chance(0.8) ? 59 : random.pick(NEXT_HEADERS),
    });
    const sizeBytes = random.chance(0.7) ? random.int(100) : random.pick(PAYLOAD_BYTES);
    return [header, payload(random.bytes(sizeBytes))];
  }

  /** Bytes changed, mostly in the headers, and the frame cut; half of the outer headers get a right checksum again. */
  #damaged(frame: Uint8Array, isFromPods: boolean): Uint8Array {
    const random = this.#random;
    const copy = frame.slice(0, random.chance(0.3) ? random.int(frame.length + 1) : frame.length);
    const headersEnd = Math.min(copy.length, isFromPods ? 54 : 74);
    for (let changes = random.int(4); changes > 0 && headersEnd > 0; changes--)
      copy[random.int(headersEnd)] = random.int(256);
    const headerBytes = ((copy[14] ?? 0) & 15) * 4;
    if (!isFromPods && copy.length >= 14 + headerBytes && headerBytes >= 20 && random.chance(0.5)) {
      writeUint16(copy, 24, 0);
      writeUint16(copy, 24, internetChecksum(copy, 14, 14 + headerBytes));
    }
    return copy;
  }
}
