import { readUint32 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { netmask } from '../ipv4/net.ts';
import { isCompatible } from '../ipv6/special.ts';
import { bitsOf } from '../tunnel/mapping.ts';
import { lowestBits, misreadingDestination, rerouting, withoutEgress } from './common.ts';
import type { Fault } from './fault.ts';
import { faultsOf, inArea, together, without } from './fault.ts';

const signExtended = (octet: number): number => (octet << 24) >> 24;

export const addressFaults: readonly Fault[] = [
  ...faultsOf('address.6rd-embedded-bits', {
    '6rd-octet-align': misreadingDestination(
      ({ domain, common }, bytes, at) => common.address + bitsOf(bytes, at, domain.length & ~7, 32 - common.length),
    ),
    '6rd-word-straddle': misreadingDestination(({ domain, common }, bytes, at) => {
      const count = 32 - common.length;
      const inFirstWord = Math.min(count, 32 - (domain.length % 32));
      return common.address + bitsOf(bytes, at, domain.length, inFirstWord) * 2 ** (count - inFirstWord);
    }),
    '6rd-mask32-eq-mask0': misreadingDestination(({ domain, common }, bytes, at) => {
      const length = common.length === 32 ? 0 : common.length === 0 ? 32 : common.length;
      return ((common.address & netmask(length)) >>> 0) + bitsOf(bytes, at, domain.length, 32 - length);
    }),
    '6rd-drops-common-prefix': misreadingDestination(({ domain, common }, bytes, at) =>
      bitsOf(bytes, at, domain.length, 32 - common.length),
    ),
    '6rd-shift-wrong-length': misreadingDestination(
      ({ domain, common }, bytes, at) =>
        (common.address | (bitsOf(bytes, at, domain.length, 32) >>> (domain.length % 32))) >>> 0,
    ),
    '6rd-low-bits-copied': misreadingDestination(
      ({ common }, bytes, at) => common.address + bitsOf(bytes, at, 32 + common.length, 32 - common.length),
    ),
  }),
  ...faultsOf('address.6to4-embedded-bits', {
    'addr-byteswap': misreadingDestination(
      (_mapping, bytes, at) =>
        (((bytes[at + 5] ?? 0) << 24) |
          ((bytes[at + 4] ?? 0) << 16) |
          ((bytes[at + 3] ?? 0) << 8) |
          (bytes[at + 2] ?? 0)) >>>
        0,
    ),
    'addr-off-by-16': misreadingDestination((_mapping, bytes, at) => readUint32(bytes, at + 4)),
    'addr-signed-octet': misreadingDestination(
      (_mapping, bytes, at) =>
        ((signExtended(bytes[at + 2] ?? 0) << 24) |
          (signExtended(bytes[at + 3] ?? 0) << 16) |
          (signExtended(bytes[at + 4] ?? 0) << 8) |
          signExtended(bytes[at + 5] ?? 0)) >>>
        0,
    ),
  }),
  ...faultsOf('address.6rd-parameter-bounds', {
    '6rd-accept-overlong': (behaviour) => ({
      ...behaviour,
      start: without(behaviour.start, '6rd-bounds', 'node-prefix'),
    }),
    '6rd-host-bits-embedded': (behaviour) => ({
      ...behaviour,
      start: without(behaviour.start, '6rd-host-bits', 'node-prefix'),
    }),
  }),
  ...faultsOf('address.no-ipv4-compatible-tunnelling', {
    'auto-tunnel-compat': together(
      rerouting((route, packet) => (isCompatible(packet, IPV6.DESTINATION) ? { kind: 'tunnel' } : route)),
      withoutEgress('compatible-destination', 'forbidden-destination'),
      inArea('mapping', (is) => ({
        outerDestination: (behaviour, config, inner, toRelay) =>
          isCompatible(inner, IPV6.DESTINATION)
            ? lowestBits(inner, IPV6.DESTINATION)
            : is.outerDestination(behaviour, config, inner, toRelay),
      })),
    ),
  }),
  ...faultsOf('address.outside-domain-not-encapsulated', {
    'encap-out-of-prefix': together(
      rerouting((route) => (route.kind === 'none' ? { kind: 'tunnel' } : route)),
      inArea('mapping', (is) => ({
        outerDestination: (behaviour, config, inner, toRelay) =>
          is.outerDestination({ ...behaviour, contains: () => true }, config, inner, toRelay),
      })),
    ),
    'prefix-compare-bytes': inArea('mapping', (is) => ({
      contains: (prefix, bytes, at) => is.contains({ ...prefix, length: prefix.length & ~7 }, bytes, at),
    })),
  }),
  ...faultsOf('address.overlay-destination-direct', {
    'always-via-relay': inArea('mapping', (is) => ({
      outerDestination: (behaviour, config, inner, toRelay) =>
        config.relay ?? is.outerDestination(behaviour, config, inner, toRelay),
    })),
  }),
  ...faultsOf('address.renumbering', { 'stale-local': withoutEgress('pod-source', 'source-pair') }),
  ...faultsOf('address.relay-next-hop', {
    'relay-nexthop-ignored': inArea('mapping', (is) => ({
      outerDestination: (behaviour, config, inner) => is.outerDestination(behaviour, config, inner, false),
    })),
    'relay-decodes-dst': inArea('mapping', (is) => ({
      outerDestination: (behaviour, config, inner, toRelay) =>
        is.outerDestination(toRelay ? { ...behaviour, contains: () => true } : behaviour, config, inner, toRelay),
    })),
  }),
  ...faultsOf('address.own-embedded-is-outer-source', {
    'src-from-route': inArea('outer', (is) => ({
      source: (context) => {
        const attached = context.config.localAddresses.filter((own) => own.port === context.route.port);
        return attached.at(-1)?.address ?? is.source(context);
      },
    })),
  }),
  ...faultsOf('address.private-ipv4-6to4', {
    'accept-rfc1918-local': (behaviour) => ({ ...behaviour, start: without(behaviour.start, 'own-address') }),
  }),
  ...faultsOf('address.trailing-bits-ignored', {
    'addr-low32-fallback': inArea('mapping', (is) => ({
      embedded: (mapping, bytes, at) =>
        (readUint32(bytes, at + 8) & 0xfdffffff) === 0x5efe ? lowestBits(bytes, at) : is.embedded(mapping, bytes, at),
    })),
  }),
];
