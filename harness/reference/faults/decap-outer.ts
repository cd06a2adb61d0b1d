/** Faults in what is taken out of an outer header, and from whom. */
import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { ICMPV4_UNREACHABLE } from '../../packet/icmpv4-types.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { NodeConfig } from '../config.ts';
import { ihlBytes } from '../ipv4/checks.ts';
import { embeddingOf } from '../config.ts';
import type { Ipv4Net } from '../ipv4/net.ts';
import { netmask, parseIpv4Net } from '../ipv4/net.ts';
import { isOwnBroadcast } from '../ipv4/special.ts';
import type { DecapQuestion } from '../tunnel/decap-checks.ts';
import { embeddedDestination, embeddedSource, isAutomatic } from '../tunnel/decap-checks.ts';
import { withoutDecap, withoutEgress } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together, without } from './fault.ts';

/** Takes packets in, as if for the tunnel address, that are addressed otherwise. */
const takingIn = (test: (config: NodeConfig, destination: number) => boolean): Change =>
  together(
    inArea('ipv4', (is) => ({
      localDestination: (config, packet) =>
        is.localDestination(config, packet) ??
        (test(config, readUint32(packet, IPV4.DESTINATION)) ? config.tunnelAddress : undefined),
    })),
    inArea('link', () => ({ acceptsIpv4In: () => true })),
  );

const isMulticast = (address: number): boolean => address >>> 28 === 14;

/** Compares the embedded source with something else than the outer source. */
const pairing = (matches: (embedded: number, question: DecapQuestion) => boolean): Change =>
  inArea('decap', (is) => ({
    checks: is.checks.map((check) =>
      check.name !== 'source-pair'
        ? check
        : {
            ...check,
            violated: (question) => {
              const embedded = embeddedSource(question);
              return embedded !== undefined && !matches(embedded, question);
            },
          },
    ),
  }));

const remoteMatches = (matches: (source: number, remote: number) => boolean): Change =>
  inArea('decap', (is) => ({
    checks: exempting(
      is.checks,
      ({ node: { config }, outer }) => config.mapping.kind === '6in4' && matches(outer.source, config.mapping.remote),
    ),
  }));

const withoutBlock = (text: string, instead: readonly string[] = []): Change =>
  inArea('sanity', (is) => {
    const removed = parseIpv4Net(text);
    const keep = (blocks: readonly Ipv4Net[]): Ipv4Net[] => blocks.filter((block) => block.address !== removed.address);
    const isPrivate = is.privateBlocks.some((block) => block.address === removed.address);
    const added = instead.map(parseIpv4Net);
    return {
      neverUsable: [...keep(is.neverUsable), ...(isPrivate ? [] : added)],
      privateBlocks: [...keep(is.privateBlocks), ...(isPrivate ? added : [])],
    };
  });

/** Each block and the block of the same size beside it. */
const widened = (blocks: readonly Ipv4Net[]): Ipv4Net[] =>
  blocks.flatMap((block) => {
    const size = 2 ** (32 - block.length);
    const next = block.address + size;
    return next <= 0xffffffff
      ? [block, { address: (next & netmask(block.length)) >>> 0, length: block.length }]
      : [block];
  });

const openingReturn: Change = inArea('forwarding', () => ({ mayReturn: () => true }));

export const decapOuterFaults: readonly Fault[] = [
  ...faultsOf('decap.addressed-to-node', { 'no-dst-check': takingIn(() => true) }),
  ...faultsOf('decap.basic', {
    'no-decap': inArea('ipv4', (is) => ({
      handler: (config, protocol) => {
        const handler = is.handler(config, protocol);
        return handler === 'icmp' ? 'icmp' : 'none';
      },
    })),
  }),
  ...faultsOf('decap.broadcast-destination', { 'accept-bcast': takingIn(isOwnBroadcast) }),
  ...faultsOf('decap.multicast-destination', { 'accept-mcast': takingIn((_config, address) => isMulticast(address)) }),
  ...faultsOf('decap.configured-remote', {
    '6in4-any-source': remoteMatches(() => true),
    'src-check-prefix': inArea('decap', (is) => ({
      checks: is.checks.map((check) =>
        check.name !== 'configured-remote'
          ? check
          : {
              ...check,
              violated: ({ node: { config }, outer }) =>
                config.mapping.kind === '6in4' && ((outer.source ^ config.mapping.remote) & netmask(24)) !== 0,
            },
      ),
    })),
  }),
  ...faultsOf('decap.destination-matches-outer', {
    'no-dst-pair-check': together(withoutDecap('destination-pair'), openingReturn),
    'hairpin-relay': together(
      openingReturn,
      inArea('decap', (is) => ({
        checks: exempting(is.checks, (question) => {
          const destination = embeddedDestination(question);
          return (
            destination !== undefined &&
            destination !== question.outer.destination &&
            embeddedSource(question) === question.outer.source
          );
        }),
      })),
    ),
  }),
  ...faultsOf('decap.embedded-address-sanity', {
    'embedded-sanity-missing': together(
      withoutDecap('embedded-special', 'special-outer-source'),
      withoutEgress('special-destination'),
      inArea('ipv4', (is) => ({ checks: without(is.checks, 'special-source') })),
    ),
  }),
  ...faultsOf('decap.mismatch-no-icmp', {
    'icmp-on-mismatch': inArea('decap', () => ({ mismatchCode: () => ICMPV4_UNREACHABLE.HOST_PROHIBITED })),
    'wildcard-tunnel-match': remoteMatches((source, remote) => source !== remote),
  }),
  ...faultsOf('decap.native-source-from-anyone', { 'native-src-from-anyone': withoutDecap('native-source') }),
  ...faultsOf('decap.native-source-from-relay', {
    'br-blocked': inArea('decap', (is) => ({
      checks: [
        ...is.checks,
        { name: 'relay', violated: (question) => isAutomatic(question) && embeddedSource(question) === undefined },
      ],
    })),
  }),
  ...faultsOf('decap.only-protocol-41', {
    'proto-ignored': inArea('ipv4', (is) => ({
      handler: (config, protocol) => (protocol === PROTOCOL.ICMPV4 ? is.handler(config, protocol) : 'tunnel'),
    })),
    'accept-all-demux': inArea('ipv4', (is) => ({
      handler: (config, protocol) => (protocol === 4 || protocol === 137 ? 'tunnel' : is.handler(config, protocol)),
    })),
  }),
  ...faultsOf('decap.outer-address-sanity', {
    'sanity-missing-169-254': withoutBlock('169.254.0.0/16'),
    'sanity-missing-240': withoutBlock('240.0.0.0/4'),
    'sanity-172-16-as-slash16': withoutBlock('172.16.0.0/12', ['172.16.0.0/16']),
    'sanity-too-wide': inArea('sanity', (is) => ({
      neverUsable: widened(is.neverUsable),
      privateBlocks: widened(is.privateBlocks),
    })),
    'martian-only-6rd-check': together(
      withoutDecap('special-outer-source'),
      inArea('ipv4', (is) => ({ checks: without(is.checks, 'special-source', 'own-source', 'broadcast-source') })),
    ),
  }),
  ...faultsOf('decap.outer-checksum', {
    'no-outer-csum': inArea('ipv4', (is) => ({ checks: without(is.checks, 'checksum') })),
  }),
  ...faultsOf('decap.outer-header-malformed', {
    'ihl-unchecked': inArea('ipv4', (is) => ({
      checks: exempting(without(is.checks, 'header-length'), (packet) => ihlBytes(packet) < 20),
      headerLengthBytes: (packet) => Math.max(20, is.headerLengthBytes(packet)),
    })),
    'tl-unchecked': inArea('ipv4', (is) => ({
      checks: without(is.checks, 'total-length'),
      totalLengthBytes: (packet) => {
        const length = readUint16(packet, IPV4.TOTAL_LENGTH);
        return length < ihlBytes(packet) ? packet.length : length;
      },
    })),
  }),
  ...faultsOf('decap.outer-options', { 'fixed-20-offset': inArea('ipv4', () => ({ headerLengthBytes: () => 20 })) }),
  ...faultsOf('decap.own-prefix-only', {
    'decap-forward-native': together(withoutDecap('own-prefix-only'), openingReturn),
  }),
  ...faultsOf('decap.source-compares-all-bits', {
    'src-pair-embedded-bits-only': pairing((embedded, { node: { config }, outer }) => {
      const length = embeddingOf(config)?.common.length ?? 0;
      return ((embedded ^ outer.source) & ~netmask(length)) === 0;
    }),
  }),
  ...faultsOf('decap.source-matches-embedded', {
    'pair-check-destination-only': withoutDecap('source-pair'),
    'no-src-pair-check': withoutDecap('source-pair', 'destination-pair'),
    'src-pair-low16': pairing((embedded, { outer }) => ((embedded ^ outer.source) & 0xffff) === 0),
    'src-pair-compares-dst': pairing((embedded, { outer }) => embedded === outer.destination),
  }),
  ...faultsOf('decap.own-prefix-source', { 'own-prefix-src-accepted': withoutDecap('own-prefix-source') }),
  ...faultsOf('decap.strict-rpf-off', {
    'strict-rpf-knob-inert': withoutDecap('strict-rpf'),
    'strict-rpf-default-on': inArea('decap', (is) => ({
      checks: [
        ...is.checks,
        {
          name: 'rpf',
          violated: ({ node, outer }) => node.behaviour.ipv4.route(node.config, outer.source)?.port !== outer.port,
        },
      ],
    })),
  }),
];
