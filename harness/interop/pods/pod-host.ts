import type { Ipv6Address } from '../../address/index.ts';
import type { Lab } from '../../lab/index.ts';
import { build } from '../../packet/build.ts';
import { decode, findLayer, type Decoded, type LayerOf } from '../../packet/decode.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ETHERNET, ethernetDestination, ethernetEtherType } from '../../packet/ethernet.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { payload, type Layer } from '../../packet/layer.ts';
import { ethernet } from '../../packet/layers/ethernet.ts';
import { icmpv6EchoReply } from '../../packet/layers/icmpv6.ts';
import { ipv6 } from '../../packet/layers/ipv6.ts';
import { PathMtuCache } from './path-mtu-cache.ts';
import { fragmentsOf, Reassembly } from './pod-packet.ts';

const LINK_MTU_BYTES = 1500;

/** A packet that has arrived at a pod whole and with good checksums. */
export interface Arrival {
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
  readonly packet: Decoded;
}

/** A Packet Too Big that has changed what a pod knows of a path. */
export interface TooBig {
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
  readonly mtuBytes: number;
  /** The packet that was too big, as far as it is quoted. */
  readonly quoted: Decoded;
}

export interface PodHostListeners {
  readonly onArrival: (arrival: Arrival) => void;
  readonly onTooBig: (tooBig: TooBig) => void;
}

/**
 * The IPv6 stack of the pods behind one node: sends through the node, takes what the node delivers to the MAC address of a pod, learns
 * path MTUs (RFC 8201), fragments and reassembles (RFC 8200 section 4.5), and answers echo requests (RFC 4443 section 4.2). Neighbour
 * discovery is done by the players of the lab.
 */
export class PodHost {
  readonly #lab: Lab;
  readonly #send: (frame: Uint8Array) => void;
  readonly #listeners: PodHostListeners;
  readonly #pathMtus = new PathMtuCache(LINK_MTU_BYTES);
  readonly #reassembly = new Reassembly();
  #identification = 1;

  constructor(lab: Lab, send: (frame: Uint8Array) => void, listeners: PodHostListeners) {
    this.#lab = lab;
    this.#send = send;
    this.#listeners = listeners;
  }

  pathMtuBytes(source: Ipv6Address, destination: Ipv6Address): number {
    return this.#pathMtus.of(source.toString(), destination.toString());
  }

  /** Sends an upper-layer message from a pod, in fragments where the path is known to be too narrow for it. */
  send(source: Ipv6Address, destination: Ipv6Address, flowLabel: number, ...upperLayers: readonly Layer[]): void {
    const { macOf, macs } = this.#lab;
    const bytes = build(ipv6({ source, destination, flowLabel }), ...upperLayers);
    const mtuBytes = this.pathMtuBytes(source, destination);
    const header = ethernet({ source: macOf(source), destination: macs.dut.P, etherType: ETHER_TYPE.IPV6 });
    for (const piece of fragmentsOf({ source, destination, bytes }, mtuBytes, this.#identification++))
      this.#send(build(header, payload(piece)));
  }

  /** Takes a frame that the node has sent to its pods. */
  receive(frame: Uint8Array): void {
    if (frame.length < ETHERNET.HEADER_LENGTH || ethernetEtherType(frame) !== ETHER_TYPE.IPV6) return;
    const whole = this.#reassembly.take(decode(frame.subarray(ETHERNET.HEADER_LENGTH), 'ipv6'));
    const network = whole?.layers[0];
    if (whole === undefined || network?.kind !== 'ipv6' || whole.stop !== undefined) return;
    const { source, destination } = network.header;
    const isPod = this.#lab.pods.some((pod) => pod.equals(destination));
    if (!isPod || !ethernetDestination(frame).equals(this.#lab.macOf(destination))) return;
    if (whole.layers.some((layer) => 'checksum' in layer && layer.checksum === 'bad')) return;
    const icmp = findLayer(whole, 'icmpv6');
    if (icmp?.header.type === ICMPV6_TYPE.PACKET_TOO_BIG) this.#learn(icmp);
    else if (icmp?.header.type === ICMPV6_TYPE.ECHO_REQUEST) this.#answer(source, destination, icmp);
    else this.#listeners.onArrival({ source, destination, packet: whole });
  }

  #answer(source: Ipv6Address, destination: Ipv6Address, { header }: LayerOf<'icmpv6'>): void {
    const { identifier, sequence, body } = header;
    this.send(destination, source, 0, icmpv6EchoReply({ identifier, sequence, data: body.slice() }));
  }

  #learn(icmp: LayerOf<'icmpv6'>): void {
    const quoted = icmp.decodeQuoted();
    const original = quoted?.layers[0];
    if (quoted === undefined || original?.kind !== 'ipv6') return;
    const { source, destination } = original.header;
    const mtuBytes = icmp.header.parameter;
    if (this.#pathMtus.learn(source.toString(), destination.toString(), mtuBytes))
      this.#listeners.onTooBig({ source, destination, mtuBytes, quoted });
  }
}
