/** Configurations that the node refuses, each with the reason (RFC 5969 section 11, RFC 3056 section 2). */
import { PORT_NAMES } from '../wire/wire.ts';
import type { SwitchName, Switches } from '../profile/switches.ts';
import type { NodeConfig } from './config.ts';
import { embeddingOf } from './config.ts';
import { inNet, ipv4Text, netmask } from './ipv4/net.ts';
import { isSpecial, sanity } from './ipv4/special.ts';
import { embeddedAddress, mapping } from './tunnel/mapping.ts';

export interface StartCheck {
  readonly name: string;
  /** Why the node does not start, undefined if it does. */
  readonly refusal: (config: NodeConfig) => string | undefined;
}

/** Switch values without an implementation here. */
const UNSUPPORTED: { readonly [Name in SwitchName]?: Switches[Name] } = {
  ipsec: 'required',
};

const DELEGATED_LIMIT_BITS = 64;

export const startChecks: readonly StartCheck[] = [
  {
    name: 'switches',
    refusal: ({ switches }) => {
      const unsupported = Object.entries(UNSUPPORTED).find(([name, value]) =>
        Object.entries(switches).some(([given, is]) => given === name && is === value),
      );
      return unsupported && `the switch ${unsupported.join('=')} is not implemented`;
    },
  },
  {
    name: 'ports',
    refusal: ({ ports }) => {
      const missing = PORT_NAMES.find((name) => name !== 'U2' && !ports.has(name));
      return missing && `port ${missing} is missing`;
    },
  },
  {
    name: '6rd-bounds',
    refusal: (config) => {
      const embedding = embeddingOf(config);
      if (embedding === undefined) return undefined;
      const bits = embedding.domain.length + 32 - embedding.common.length;
      return bits > DELEGATED_LIMIT_BITS
        ? `the mapping leaves a /${String(bits)} per node, expected /${String(DELEGATED_LIMIT_BITS)} or shorter`
        : undefined;
    },
  },
  {
    name: '6rd-host-bits',
    refusal: (config) => {
      const common = embeddingOf(config)?.common;
      return common === undefined || (common.address & ~netmask(common.length)) === 0
        ? undefined
        : `the IPv4 prefix ${ipv4Text(common.address)}/${String(common.length)} has bits behind its length`;
    },
  },
  {
    name: '6rd-common-prefix',
    refusal: (config) => {
      const embedding = embeddingOf(config);
      return embedding === undefined || inNet(embedding.common, config.tunnelAddress)
        ? undefined
        : `the node's address ${ipv4Text(config.tunnelAddress)} is outside the IPv4 prefix of the domain`;
    },
  },
  {
    name: 'own-address',
    refusal: (config) =>
      config.mapping.kind !== '6in4' && isSpecial(sanity, config, config.tunnelAddress)
        ? `the node's address ${ipv4Text(config.tunnelAddress)} must not be embedded`
        : undefined,
  },
  {
    name: 'node-prefix',
    refusal: (config) => {
      if (embeddingOf(config) === undefined) return undefined;
      const embedded = embeddedAddress(mapping, config, config.nodePrefix.bytes, 0);
      return embedded === config.tunnelAddress
        ? undefined
        : `the node prefix does not embed the node's address ${ipv4Text(config.tunnelAddress)}`;
    },
  },
  {
    name: 'relay',
    refusal: (config) =>
      config.switches.relay === 'configured' && config.relay === undefined
        ? 'relay=configured without a relay'
        : undefined,
  },
];
