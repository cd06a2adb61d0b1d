/** A second tunnel of the node: its configuration, and which of the two a packet belongs to (RFC 4213 section 3, RFC 3964 section 6.1). */
import { IPV6 } from '../../packet/ipv6.ts';
import type { TargetSetup } from '../../target/setup.ts';
import type { NodeConfig } from '../config.ts';
import { parseConfig } from '../config.ts';
import type { Ipv6Net } from '../ipv6/prefix.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';

/** The configuration of a node with one tunnel or two. Throws AddressError or PacketError for text that does not parse. */
export const parseTunnels = ({ secondTunnel, ...setup }: TargetSetup): NodeConfig => {
  if (secondTunnel === undefined) return parseConfig(setup);
  const { underlayAddress, nodePrefix, address, tunnelRoutes, pods, ...own } = secondTunnel;
  const addresses = [...new Set([...setup.pods.addresses, ...pods])];
  const withAllPods = { ...setup, pods: { ...setup.pods, addresses } };
  const first = parseConfig(withAllPods);
  const overlay = { nodePrefix, address, tunnelRoutes, relayRoutes: [] };
  const second = parseConfig({
    ...withAllPods,
    ...own,
    underlay: withAddress(setup.underlay, underlayAddress),
    overlay,
  });
  return { ...first, second: { ...second, beside: first.mapping }, beside: second.mapping };
};

/** The same addresses, another one of them first. */
const withAddress = (underlay: TargetSetup['underlay'], address: string): TargetSetup['underlay'] => {
  const others = [underlay.address, ...underlay.secondaryAddresses].filter((other) => other !== address);
  return { ...underlay, address, secondaryAddresses: others };
};

export interface TunnelChoiceBehaviour {
  /** The tunnel that a datagram has come through. */
  receiving(node: ReferenceNode, second: ReferenceNode, payload: Uint8Array, outer: OuterSummary): ReferenceNode;
  /** The tunnel that leads to the address at `at`. */
  sending(node: ReferenceNode, second: ReferenceNode, packet: Uint8Array, at: number): ReferenceNode;
}

const isRemoteOf = ({ config: { mapping } }: ReferenceNode, source: number): boolean =>
  'remote' in mapping && mapping.remote === source;

const longest = ({ behaviour }: ReferenceNode, nets: readonly Ipv6Net[], packet: Uint8Array, at: number): number =>
  Math.max(-1, ...nets.filter((net) => behaviour.mapping.contains(net, packet, at)).map((net) => net.length));

export const tunnelChoice: TunnelChoiceBehaviour = {
  receiving: (node, second, payload, outer) => {
    const here = [node, second].filter(({ config }) => config.tunnelAddress === outer.destination);
    const tunnels = here.length === 0 ? [node, second] : here;
    // The most specific tunnel has the source for its remote end; automatic ones are told apart by whom a packet is for.
    const configured = tunnels.find((tunnel) => isRemoteOf(tunnel, outer.source));
    if (configured !== undefined) return configured;
    const automatic = tunnels.filter(({ config }) => !('remote' in config.mapping));
    const owner = automatic.find(
      ({ behaviour, config }) =>
        payload.length >= IPV6.HEADER_LENGTH &&
        behaviour.mapping.contains(config.nodePrefix, payload, IPV6.DESTINATION),
    );
    return owner ?? automatic[0] ?? node;
  },
  sending: (node, second, packet, at) =>
    longest(second, second.config.tunnelRoutes, packet, at) > longest(node, node.config.tunnelRoutes, packet, at)
      ? second
      : node,
};

/** The tunnel of the node that leads to an address of `packet`; the node itself where there is one tunnel only. */
export const tunnelTo = (node: ReferenceNode, packet: Uint8Array, at: number): ReferenceNode =>
  node.second === undefined ? node : node.behaviour.tunnelChoice.sending(node, node.second, packet, at);

/** The tunnel of the node that a datagram has come through. */
export const tunnelFrom = (node: ReferenceNode, payload: Uint8Array, outer: OuterSummary): ReferenceNode =>
  node.second === undefined ? node : node.behaviour.tunnelChoice.receiving(node, node.second, payload, outer);
