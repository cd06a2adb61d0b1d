/** What a packet must satisfy before it is encapsulated (RFC 3964 section 5.3, RFC 3056 section 9, RFC 5969 section 9). */
import { IPV6 } from '../../packet/ipv6.ts';
import { isConfigured, type NodeConfig } from '../config.ts';
import { isOwnAddress, isOwnBroadcast, isSpecial } from '../ipv4/special.ts';
import { isCompatible, isForbiddenInner } from '../ipv6/special.ts';
import type { Arrival, ReferenceNode } from '../node.ts';
import { embeddedAddress, foreignEmbedded } from './mapping.ts';
import type { Reaction } from './reaction.ts';

export interface EgressQuestion {
  readonly node: ReferenceNode;
  readonly inner: Uint8Array;
  readonly arrival: Arrival;
  /** IPv4 address of the endpoint. */
  readonly destination: number;
}

export interface EgressCheck {
  readonly name: string;
  readonly reaction: Reaction;
  readonly violated: (question: EgressQuestion) => boolean;
}

const embedded = ({ node, inner }: EgressQuestion, at: number): number | undefined =>
  embeddedAddress(node.behaviour.mapping, node.config, inner, at);

/** A strict ingress filter is about both ways of a configured tunnel (RFC 4213 section 3.6); an overlay that embeds addresses has `podSource` for one. */
export const confinesSources = (config: NodeConfig): boolean =>
  config.switches.podSource === 'node-prefix' || (isConfigured(config) && config.switches.ingressFilter === 'on');

const isAutomatic = ({ node }: EgressQuestion): boolean => !isConfigured(node.config);

export const egressChecks: readonly EgressCheck[] = [
  {
    // Automatic tunnelling to ::a.b.c.d no longer exists (RFC 4213 section 8), with a configured tunnel neither.
    name: 'compatible-destination',
    reaction: 'silent',
    violated: ({ inner }) => isCompatible(inner, IPV6.DESTINATION),
  },
  {
    name: 'forbidden-source',
    reaction: 'silent',
    violated: (question) =>
      isAutomatic(question) && question.arrival.via !== 'self' && isForbiddenInner(question.inner, IPV6.SOURCE),
  },
  {
    name: 'forbidden-destination',
    reaction: 'silent',
    violated: (question) => isAutomatic(question) && isForbiddenInner(question.inner, IPV6.DESTINATION),
  },
  {
    name: 'pod-source',
    reaction: 'silent',
    violated: ({ node, inner, arrival }) =>
      arrival.via === 'pods' &&
      confinesSources(node.config) &&
      !node.behaviour.mapping.contains(node.config.nodePrefix, inner, IPV6.SOURCE),
  },
  {
    // The peer compares the embedded address with the outer source and would discard anything else (RFC 5969 section 9.2).
    name: 'source-pair',
    reaction: 'silent',
    violated: (question) => {
      const source = embedded(question, IPV6.SOURCE);
      return question.arrival.via === 'pods' && source !== undefined && source !== question.node.config.tunnelAddress;
    },
  },
  {
    name: 'foreign-source',
    reaction: 'silent',
    violated: (question) => {
      const source = foreignEmbedded(
        question.node.behaviour.mapping,
        question.node.config,
        question.inner,
        IPV6.SOURCE,
      );
      const { config } = question.node;
      return config.switches.foreignPrefixCheck === 'on' && source !== undefined && isOwnAddress(config, source);
    },
  },
  {
    name: 'special-destination',
    reaction: 'silent',
    violated: (question) =>
      isAutomatic(question) && isSpecial(question.node.behaviour.sanity, question.node.config, question.destination),
  },
  {
    name: 'own-destination',
    reaction: 'address-unreachable',
    violated: ({ node, destination }) => isOwnAddress(node.config, destination),
  },
  {
    name: 'broadcast-destination',
    reaction: 'address-unreachable',
    violated: ({ node, destination }) => isOwnBroadcast(node.config, destination),
  },
];

/** Checks of the endpoint say nothing about a packet that has none. */
export const ENDPOINT_CHECKS: ReadonlySet<string> = new Set([
  'special-destination',
  'own-destination',
  'broadcast-destination',
]);

/** The checks for a tunnel that is not to an IPv4 endpoint at all. */
export const endpointFreeChecks = (checks: readonly EgressCheck[]): EgressCheck[] =>
  checks.filter(({ name }) => !ENDPOINT_CHECKS.has(name));
