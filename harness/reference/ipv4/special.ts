/** IPv4 blocks that no tunnel packet may come from or go to, nor any inner address embed (RFC 3056 section 9, RFC 3964 section 5.3.1). */
import type { NodeConfig } from '../config.ts';
import type { Ipv4Net } from './net.ts';
import { LIMITED_BROADCAST, inNet, parseIpv4Net, subnetBroadcast } from './net.ts';

export interface SanityBehaviour {
  readonly neverUsable: readonly Ipv4Net[];
  readonly privateBlocks: readonly Ipv4Net[];
}

export const sanity: SanityBehaviour = {
  neverUsable: ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'].map(parseIpv4Net),
  privateBlocks: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].map(parseIpv4Net),
};

const inAny = (blocks: readonly Ipv4Net[], address: number): boolean => blocks.some((block) => inNet(block, address));

/** Whether a node cannot have this address, under the switch that allows private ones. */
export const isSpecial = (behaviour: SanityBehaviour, config: NodeConfig, address: number): boolean =>
  inAny(behaviour.neverUsable, address) ||
  (config.switches.privateV4 === 'deny' && inAny(behaviour.privateBlocks, address));

export const isOwnAddress = (config: NodeConfig, address: number): boolean =>
  config.localAddresses.some((local) => local.address === address);

export const isOwnBroadcast = (config: NodeConfig, address: number): boolean =>
  address === LIMITED_BROADCAST ||
  config.localAddresses.some((local) => subnetBroadcast(local.address, local.prefixLength) === address);
