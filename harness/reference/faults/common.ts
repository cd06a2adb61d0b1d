/** Changes and helpers that several faults share. */
import { readUint32 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { EmbeddingMapping } from '../config.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import { sendFrame } from '../link/ethernet.ts';
import type { Ipv6Route } from '../ipv6/route.ts';
import type { Change } from './fault.ts';
import { exempting, inArea, together, without } from './fault.ts';

const ALL_NODES_MAC = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1);

/** Puts a packet on the pod link for everybody, past all rules. */
export const leakToPods = (node: ReferenceNode, packet: Uint8Array, etherType: number = ETHER_TYPE.IPV6): void => {
  sendFrame(node, 'P', ALL_NODES_MAC, etherType, packet);
};

/** Finds the outer destination with a wrong extraction, and leaves every check with the right one. */
export const misreadingDestination = (
  embedded: (mapping: EmbeddingMapping, bytes: Uint8Array, at: number) => number,
): Change =>
  inArea('mapping', (is) => ({
    outerDestination: (behaviour, config, inner, toRelay) =>
      is.outerDestination({ ...behaviour, embedded }, config, inner, toRelay),
  }));

/** Sends to addresses for which there is no route by way of the first gateway. */
export const routingEverything: Change = inArea('ipv4', (is) => ({
  route: (config, destination) => {
    const gateway = config.underlayRoutes.find((route) => route.gateway !== undefined)?.gateway;
    const route = is.route(config, destination);
    return route ?? (gateway === undefined ? undefined : { port: 'U', nextHop: gateway });
  },
}));

/** Skips named checks before encapsulation. */
export const withoutEgress = (...names: readonly string[]): Change =>
  inArea('encapsulation', (is) => ({ checks: without(is.checks, ...names) }));

/** Skips named checks after decapsulation. */
export const withoutDecap = (...names: readonly string[]): Change =>
  inArea('decap', (is) => ({ checks: without(is.checks, ...names) }));

export const withoutForwarding = (...names: readonly string[]): Change =>
  inArea('forwarding', (is) => ({ checks: without(is.checks, ...names) }));

type AddressTest = (packet: Uint8Array, at: number) => boolean;

/** Packets from the tunnel whose inner source passes a test escape all checks of sources and scopes. */
export const acceptingInnerSource = (test: AddressTest): Change =>
  together(
    inArea('decap', (is) => ({ checks: exempting(is.checks, ({ inner }) => test(inner, IPV6.SOURCE)) })),
    inArea('forwarding', (is) => ({ checks: exempting(is.checks, (packet) => test(packet, IPV6.SOURCE)) })),
  );

/** Packets of pods whose source passes a test are encapsulated. */
export const encapsulatingSource = (test: AddressTest): Change =>
  together(
    inArea('encapsulation', (is) => ({ checks: exempting(is.checks, ({ inner }) => test(inner, IPV6.SOURCE)) })),
    inArea('forwarding', (is) => ({ checks: exempting(is.checks, (packet) => test(packet, IPV6.SOURCE)) })),
  );

/** Replaces routes. */
export const rerouting = (change: (route: Ipv6Route, packet: Uint8Array) => Ipv6Route): Change =>
  inArea('forwarding', (is) => ({
    route: (mapping, config, packet) => change(is.route(mapping, config, packet), packet),
  }));

/** Changes the bytes of packets that are forwarded from one side. */
export const rewritingFrom = (via: Arrival['via'], change: (packet: Uint8Array) => Uint8Array | undefined): Change =>
  inArea('forwarding', (is) => ({
    rewritten: (packet, hopLimit, arrival) => {
      const copy = is.rewritten(packet, hopLimit, arrival);
      return arrival.via === via ? (change(copy) ?? copy) : copy;
    },
  }));

/** The last four bytes of an address as an IPv4 address. */
export const lowestBits = (bytes: Uint8Array, at: number): number => readUint32(bytes, at + 12);
