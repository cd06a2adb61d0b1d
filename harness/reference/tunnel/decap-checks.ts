/** What a packet from the tunnel must satisfy (RFC 4213 section 3.6, RFC 5969 section 9.2, RFC 3964 section 5). */
import { IPV6 } from '../../packet/ipv6.ts';
import { embeddingOf, isConfigured } from '../config.ts';
import { sameAddress } from '../ipv6/prefix.ts';
import { isOwnAddress, isOwnBroadcast, isSpecial } from '../ipv4/special.ts';
import { isForbiddenInner, isInvalidTunnelSource, isLinkLocal, isMulticast } from '../ipv6/special.ts';
import type { PortName } from '../../wire/wire.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';
import { routeUnderlay } from '../outer-ipv6/underlay.ts';
import { isatapEmbedded } from './isatap.ts';
import { embeddedAddress, foreignEmbedded } from './mapping.ts';

export interface DecapQuestion {
  readonly node: ReferenceNode;
  /** The inner packet, without what follows its Payload Length. */
  readonly inner: Uint8Array;
  readonly outer: OuterSummary;
}

export interface DecapCheck {
  readonly name: string;
  readonly violated: (question: DecapQuestion) => boolean;
}

/** The IPv4 address that the inner source (or destination) embeds, undefined outside the domain. */
export const embeddedSource = ({ node, inner }: DecapQuestion): number | undefined =>
  embeddedAddress(node.behaviour.mapping, node.config, inner, IPV6.SOURCE);
export const embeddedDestination = ({ node, inner }: DecapQuestion): number | undefined =>
  embeddedAddress(node.behaviour.mapping, node.config, inner, IPV6.DESTINATION);

/** Endpoints come from addresses, not from configuration. */
export const isAutomatic = ({ node }: DecapQuestion): boolean => !isConfigured(node.config);
/** 6to4 and 6rd, where every address of the overlay embeds its node. */
const isEmbedding = ({ node }: DecapQuestion): boolean => embeddingOf(node.config) !== undefined;
const isRelay = ({ node }: DecapQuestion): boolean =>
  node.config.switches.hairpin === 'relay' || embeddingOf(node.config)?.isBorderRelay === true;

/** RFC 5969 section 8: a node probes its relay with a packet to itself, which the relay returns as ordinary traffic. */
const isSelfProbe = (question: DecapQuestion): boolean =>
  isRelay(question) && embeddedDestination(question) === question.outer.source;

/** The port by which the node would answer. */
const routeBack = ({ behaviour, config }: ReferenceNode, { source, ipv6 }: OuterSummary): PortName | undefined =>
  config.ipv6Underlay && ipv6
    ? routeUnderlay(config.ipv6Underlay, ipv6.source)?.port
    : behaviour.ipv4.route(config, source)?.port;

export const decapChecks: readonly DecapCheck[] = [
  {
    name: 'configured-remote',
    violated: ({ node: { config }, outer }) =>
      config.mapping.kind === '6in4' &&
      (outer.source !== config.mapping.remote || outer.destination !== config.tunnelAddress),
  },
  {
    // RFC 2473 section 3.3: the exit point of the tunnel from this entry point.
    name: 'configured-ipv6-remote',
    violated: ({ node: { config }, outer }) => {
      const underlay = config.ipv6Underlay;
      if (underlay === undefined) return false;
      const isTunnel =
        outer.ipv6 !== undefined &&
        sameAddress(outer.ipv6.source, 0, underlay.remote, 0) &&
        sameAddress(outer.ipv6.destination, 0, underlay.address, 0);
      return !isTunnel;
    },
  },
  {
    name: 'special-outer-source',
    violated: (question) =>
      isAutomatic(question) && isSpecial(question.node.behaviour.sanity, question.node.config, question.outer.source),
  },
  {
    name: 'strict-rpf',
    violated: ({ node, outer }) => node.config.switches.strictRpf === 'on' && routeBack(node, outer) !== outer.port,
  },
  { name: 'invalid-source', violated: ({ inner }) => isInvalidTunnelSource(inner, IPV6.SOURCE) },
  {
    name: 'forbidden-inner',
    violated: (question) =>
      question.node.config.mapping.kind === '6to4' &&
      (isForbiddenInner(question.inner, IPV6.SOURCE) || isForbiddenInner(question.inner, IPV6.DESTINATION)),
  },
  {
    // No link-local communication and no groups on a multipoint tunnel (RFC 5969 section 9.2).
    name: 'link-scope',
    violated: (question) => {
      const { inner } = question;
      const local = isLinkLocal(inner, IPV6.SOURCE) || isLinkLocal(inner, IPV6.DESTINATION);
      // ISATAP nodes speak to each other from link-local addresses (RFC 5214 section 6.2).
      return (isEmbedding(question) && local) || (isAutomatic(question) && isMulticast(inner, IPV6.DESTINATION));
    },
  },
  {
    name: 'embedded-special',
    violated: (question) => {
      const { behaviour, config } = question.node;
      const source = embeddedSource(question);
      if (source !== undefined && isOwnBroadcast(config, source)) return true;
      return [source, embeddedDestination(question)].some(
        (address) => address !== undefined && isSpecial(behaviour.sanity, config, address),
      );
    },
  },
  {
    // RFC 3056 section 9 leaves it to the node.
    name: 'source-pair',
    violated: (question) => {
      if (question.node.config.switches.sourcePair === 'legacy-3056') return false;
      const source = embeddedSource(question);
      return source !== undefined && source !== question.outer.source;
    },
  },
  {
    // RFC 3964 section 6.1: what one mechanism would refuse does not pass by way of the other.
    name: 'other-mechanism',
    violated: ({ node: { behaviour, config }, inner, outer }) => {
      const source =
        config.beside && embeddedAddress(behaviour.mapping, { mapping: config.beside }, inner, IPV6.SOURCE);
      return config.mapping.kind !== '6in4' && source !== undefined && source !== outer.source;
    },
  },
  {
    // RFC 5214 section 7.3: the source embeds the outer one, or the outer one is on the potential router list.
    name: 'isatap-source',
    violated: ({ node, inner, outer }) => {
      const { mapping } = node.config;
      if (mapping.kind !== 'isatap' || mapping.routers.includes(outer.source)) return false;
      const embedded = isatapEmbedded(node.behaviour.mapping.isIsatapIdentifier, mapping, inner, IPV6.SOURCE);
      return embedded !== outer.source;
    },
  },
  {
    name: 'native-source',
    violated: (question) => {
      if (!isEmbedding(question) || embeddedSource(question) !== undefined) return false;
      const { config } = question.node;
      if (config.switches.nativeInnerSrc === 'accept') return false;
      return config.switches.nativeInnerSrc === 'deny' || question.outer.source !== config.relay;
    },
  },
  {
    name: 'own-prefix-source',
    violated: ({ node, inner }) =>
      node.config.switches.ingressFilter === 'on' &&
      node.behaviour.mapping.contains(node.config.nodePrefix, inner, IPV6.SOURCE),
  },
  {
    name: 'no-overlay-address',
    violated: (question) =>
      isEmbedding(question) && embeddedSource(question) === undefined && embeddedDestination(question) === undefined,
  },
  {
    name: 'destination-pair',
    violated: (question) => {
      const destination = embeddedDestination(question);
      return destination !== undefined && destination !== question.outer.destination && !isSelfProbe(question);
    },
  },
  {
    name: 'foreign-destination',
    violated: ({ node, inner }) => {
      const destination = foreignEmbedded(node.behaviour.mapping, node.config, inner, IPV6.DESTINATION);
      const { config } = node;
      return (
        config.switches.foreignPrefixCheck === 'on' && destination !== undefined && isOwnAddress(config, destination)
      );
    },
  },
  {
    // RFC 5969 section 9.2: by default only the own delegated prefix, unless the node is a relay.
    name: 'own-prefix-only',
    violated: (question) => isEmbedding(question) && embeddedDestination(question) === undefined && !isRelay(question),
  },
];
