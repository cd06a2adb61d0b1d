import { Ipv4Address } from '../address/ipv4-address.ts';
import type { Ipv6Address } from '../address/ipv6-address.ts';
import { namedByIpv4, type Lab } from '../lab/index.ts';
import {
  ARP,
  ARP_OPERATION,
  arpIsIpv4OverEthernet,
  arpOperation,
  arpTargetNumber,
  readArpHeader,
} from '../packet/arp.ts';
import { build } from '../packet/build.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ethernetEtherType, ethernetSource, ETHERNET } from '../packet/ethernet.ts';
import { icmpv6Type } from '../packet/icmpv6.ts';
import { ICMPV6_TYPE } from '../packet/icmpv6-types.ts';
import { IPV6, ipv6NextHeader, ipv6Source } from '../packet/ipv6.ts';
import type { MacAddress } from '../packet/mac-address.ts';
import { arp } from '../packet/layers/arp.ts';
import { ethernet } from '../packet/layers/ethernet.ts';
import { ipv6 } from '../packet/layers/ipv6.ts';
import { neighborAdvertisement } from '../packet/layers/ndp.ts';
import { targetLinkLayerAddressOption } from '../packet/ndp-options.ts';
import { NDP_HOP_LIMIT, ndpTarget } from '../packet/ndp.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import type { PortName } from '../wire/wire.ts';

const ND_TARGET_END = 24;

/**
 * Everybody on the links except the DUT: pods and native routers on P, nodes, gateways and the relay on U. They answer ARP
 * (RFC 826) and neighbour discovery (RFC 4861) with a MAC address of their own each, and do nothing else by themselves.
 */
export class Players {
  readonly #lab: Lab;
  readonly #pods: readonly Ipv6Address[];
  readonly #overrides = new Map<string, boolean>();

  /** @param second the lab of a second tunnel, whose pods are there as well */
  constructor(lab: Lab, second?: Lab) {
    this.#lab = lab;
    this.#pods = [...lab.pods, ...(second?.pods ?? [])];
  }

  /** Makes somebody answer, or nobody, whatever the lab says of the address. */
  answerFor(address: Ipv4Address | Ipv6Address, answer: boolean): void {
    this.#overrides.set(address.toString(), answer);
  }

  /** The frame with which a player answers a frame of the DUT, or undefined when none has a reason to. */
  replyTo(port: PortName, frame: Uint8Array): Uint8Array | undefined {
    if (frame.length < ETHERNET.HEADER_LENGTH) return undefined;
    const etherType = ethernetEtherType(frame);
    if (etherType === ETHER_TYPE.ARP && port !== 'P') return this.#replyToArp(port, frame);
    if (etherType === ETHER_TYPE.IPV6) return this.#replyToSolicitation(port, frame);
    return undefined;
  }

  #replyToArp(port: PortName, frame: Uint8Array): Uint8Array | undefined {
    const at = ETHERNET.HEADER_LENGTH;
    if (frame.length < at + ARP.HEADER_LENGTH || !arpIsIpv4OverEthernet(frame, at)) return undefined;
    if (arpOperation(frame, at) !== ARP_OPERATION.REQUEST) return undefined;
    const target = Ipv4Address.fromNumber(arpTargetNumber(frame, at));
    if (!this.#answersArp(port, target)) return undefined;
    const request = readArpHeader(frame, at);
    const mac = this.#lab.macOf(target);
    return build(
      ethernet({ source: mac, destination: ethernetSource(frame) }),
      arp({
        operation: ARP_OPERATION.REPLY,
        senderHardwareAddress: mac,
        senderProtocolAddress: target,
        targetHardwareAddress: request.senderHardwareAddress,
        targetProtocolAddress: request.senderProtocolAddress,
      }),
    );
  }

  /**
   * Nodes far away are answered for as well, as a router with proxy ARP does: a DUT that takes them for neighbours then sends
   * its packet to a MAC address that shows the mistake, where it could otherwise not be judged at all.
   */
  #answersArp(port: PortName, target: Ipv4Address): boolean {
    const override = this.#overrides.get(target.toString());
    if (override !== undefined) return override;
    const { underlay, subnetBroadcast } = this.#lab;
    const nobody = [underlay.dut, underlay.dutSecondary, underlay.dutOnSecondSegment, underlay.unassigned];
    if (port === 'U' && underlay.segment.length < 31) nobody.push(underlay.segment.address, subnetBroadcast);
    return !nobody.some((address) => address.equals(target));
  }

  #replyToSolicitation(port: PortName, frame: Uint8Array): Uint8Array | undefined {
    const at = ETHERNET.HEADER_LENGTH + IPV6.HEADER_LENGTH;
    if (frame.length < at + ND_TARGET_END || ipv6NextHeader(frame, ETHERNET.HEADER_LENGTH) !== PROTOCOL.ICMPV6)
      return undefined;
    if (icmpv6Type(frame, at) !== ICMPV6_TYPE.NEIGHBOR_SOLICITATION) return undefined;
    const source = ipv6Source(frame, ETHERNET.HEADER_LENGTH);
    const target = ndpTarget(frame, at);
    // Duplicate address detection comes from `::`; nobody contests the DUT's addresses.
    if (source.toBigInt() === 0n) return undefined;
    const mac = port === 'P' ? this.#podLinkMac(target) : this.#underlayMac(port, target);
    if (mac === undefined) return undefined;
    return build(
      ethernet({ source: mac, destination: ethernetSource(frame) }),
      ipv6({ source: target, destination: source, hopLimit: NDP_HOP_LIMIT }),
      neighborAdvertisement({ target, solicited: true, override: true, options: [targetLinkLayerAddressOption(mac)] }),
    );
  }

  /** A machine on the underlay has one MAC address for both of its addresses: that of its IPv4 one. */
  #underlayMac(port: PortName, target: Ipv6Address): MacAddress | undefined {
    const ipv4 = namedByIpv4(target);
    return ipv4 !== undefined && this.#answersArp(port, ipv4) ? this.#lab.macOf(ipv4) : undefined;
  }

  #podLinkMac(target: Ipv6Address): MacAddress | undefined {
    return this.#answersNd(target) ? this.#lab.macOf(target) : undefined;
  }

  #answersNd(target: Ipv6Address): boolean {
    const override = this.#overrides.get(target.toString());
    if (override !== undefined) return override;
    const { native } = this.#lab;
    return [...this.#pods, native.host, native.router].some((address) => address.equals(target));
  }
}
