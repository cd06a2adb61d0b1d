/** What a packet from the tunnel must satisfy (RFC 4213 section 3.6, RFC 5969 section 9.2, RFC 3964 section 5). */
import { IPV6 } from '../../packet/ipv6.ts';
import { isOwnAddress, isSpecial } from '../ipv4/special.ts';
import { isForbiddenInner, isInvalidTunnelSource, isLinkLocal, isMulticast } from '../ipv6/special.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';
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

export const isAutomatic = ({ node }: DecapQuestion): boolean => node.config.mapping.kind !== '6in4';
const isRelay = ({ node }: DecapQuestion): boolean => node.config.switches.hairpin === 'relay';

/** RFC 5969 section 8: a node probes its relay with a packet to itself, which the relay returns as ordinary traffic. */
const isSelfProbe = (question: DecapQuestion): boolean =>
  isRelay(question) && embeddedDestination(question) === question.outer.source;

export const decapChecks: readonly DecapCheck[] = [
  {
    name: 'configured-remote',
    violated: ({ node: { config }, outer }) =>
      config.mapping.kind === '6in4' &&
      (outer.source !== config.mapping.remote || outer.destination !== config.tunnelAddress),
  },
  {
    name: 'special-outer-source',
    violated: (question) =>
      isAutomatic(question) && isSpecial(question.node.behaviour.sanity, question.node.config, question.outer.source),
  },
  {
    name: 'strict-rpf',
    violated: ({ node, outer }) =>
      node.config.switches.strictRpf === 'on' &&
      node.behaviour.ipv4.route(node.config, outer.source)?.port !== outer.port,
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
      return isAutomatic(question) && (local || isMulticast(inner, IPV6.DESTINATION));
    },
  },
  {
    name: 'embedded-special',
    violated: (question) => {
      const { sanity } = question.node.behaviour;
      return [embeddedSource(question), embeddedDestination(question)].some(
        (address) => address !== undefined && isSpecial(sanity, question.node.config, address),
      );
    },
  },
  {
    name: 'source-pair',
    violated: (question) => {
      const source = embeddedSource(question);
      return source !== undefined && source !== question.outer.source;
    },
  },
  {
    name: 'native-source',
    violated: (question) => {
      if (!isAutomatic(question) || embeddedSource(question) !== undefined) return false;
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
      isAutomatic(question) && embeddedSource(question) === undefined && embeddedDestination(question) === undefined,
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
      const destination = foreignEmbedded(node.config, inner, IPV6.DESTINATION);
      const { config } = node;
      return (
        config.switches.foreignPrefixCheck === 'on' && destination !== undefined && isOwnAddress(config, destination)
      );
    },
  },
  {
    // RFC 5969 section 9.2: by default only the own delegated prefix, unless the node is a relay.
    name: 'own-prefix-only',
    violated: (question) => isAutomatic(question) && embeddedDestination(question) === undefined && !isRelay(question),
  },
];
