/** Faults of ICMPv4 from the underlay and of ICMPv6 from the node. */
import { concat, readUint32, writeUint16, writeUint32 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { ICMPV4_TYPE } from '../../packet/icmpv4-types.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { buildIpv4 } from '../ipv4/header.ts';
import { ihlBytes } from '../ipv4/checks.ts';
import { upperLayerChecksum, upperLayerOf } from '../ipv6/packet.ts';
import { sameAddress } from '../ipv6/prefix.ts';
import type { Icmpv6Error } from '../ipv6/icmpv6-error.ts';
import type { ReferenceNode } from '../node.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';

/** The source of errors: twelve bytes and an IPv4 address of the node. */
const sourceFrom = (prefix: readonly number[]): Change =>
  inArea('icmpv6', () => ({
    source: (node) => {
      const address = new Uint8Array(16);
      address.set(prefix);
      writeUint32(address, 12, node.config.tunnelAddress);
      return address;
    },
  }));

/** Translates all errors, whatever the switch says. */
const translating = (change: (type: number, code: number) => Icmpv6Error): Change =>
  inArea('icmpv4Errors', () => ({ translation: (_config, type, code) => change(type, code) }));

const UNREACHABLE: Icmpv6Error = { type: 1, code: 3, parameter: 0 };
const ERRORS_OF_A_FLOOD = 100;
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** The error goes to the outer source, which is the node itself, by way of the underlay. */
const toOuterSource = (node: ReferenceNode, inner: Uint8Array): boolean => {
  const message = concat(Uint8Array.of(3, 1, 0, 0, 0, 0, 0, 0), inner.subarray(0, 68));
  const checksum = internetChecksum(message);
  message[2] = checksum >>> 8;
  message[3] = checksum;
  const gateway = node.config.underlayRoutes.find((route) => route.gateway !== undefined)?.gateway;
  if (gateway === undefined) return false;
  const fields = {
    source: node.config.tunnelAddress,
    destination: gateway,
    protocol: PROTOCOL.ICMPV4,
    identification: 1,
  };
  node.paths.sendIpv4(buildIpv4({ ...fields, payload: message }), () => undefined);
  return false;
};

/** A quote filled up with zeros to the length that an error needs. */
const filledUp = (quote: Uint8Array, skip: number): Uint8Array => {
  const inner = new Uint8Array(Math.max(48, quote.length - skip));
  inner.set(quote.subarray(skip, skip + inner.length));
  inner[0] = 0x60;
  return inner;
};

/** The router that a Redirect names becomes the tunnel endpoint. */
const obeyingRedirects: Change = (behaviour) => {
  const endpoints = new Map<number, number>();
  return together(
    inArea('icmpv4Errors', (is) => ({
      concerns: (type) => type === ICMPV4_TYPE.REDIRECT || is.concerns(type),
      quoteLengthBytes: (message) => {
        if (message[0] !== ICMPV4_TYPE.REDIRECT) return is.quoteLengthBytes(message);
        if (message.length >= 28) endpoints.set(readUint32(message, 24), readUint32(message, 4));
        return 0;
      },
    })),
    inArea('mapping', (is) => ({
      outerDestination: (...question) => {
        const right = is.outerDestination(...question);
        return right === undefined ? undefined : (endpoints.get(right) ?? right);
      },
    })),
  )(behaviour);
};

export const icmp4Faults: readonly Fault[] = [
  ...faultsOf('icmp4.logged', { 'icmp4-untraced': inArea('accounting', () => ({ recordsTunnelErrors: false })) }),
  ...faultsOf('icmp4.other-types-ignored', {
    'icmp-all-translated': together(
      translating(() => UNREACHABLE),
      inArea('icmpv4Errors', () => ({ concerns: () => true })),
    ),
    'redirect-moves-endpoint': obeyingRedirects,
  }),
  ...faultsOf('icmp4.quote-validated', {
    'icmp-quote-unchecked': together(
      translating(() => UNREACHABLE),
      inArea('icmpv4Errors', () => ({ isOurs: () => true, mayTell: () => true })),
    ),
  }),
  ...faultsOf('icmp4.short-quote', {
    'icmp-short-quote': together(
      translating(() => UNREACHABLE),
      inArea('icmpv4Errors', () => ({
        quotedInner: (_config, quote) => filledUp(quote, ihlBytes(quote)),
        mayTell: () => true,
      })),
    ),
    'icmp-reads-past-quote': together(
      translating(() => UNREACHABLE),
      inArea('icmpv4Errors', () => {
        let before: Uint8Array = new Uint8Array(1500).fill(0xee);
        return {
          quotedInner: (_config, quote) => {
            const inner = filledUp(quote, ihlBytes(quote));
            inner.set(
              before.subarray(0, Math.max(0, inner.length - quote.length + 20)),
              Math.max(0, quote.length - 20),
            );
            before = concat(quote, before);
            return inner;
          },
          mayTell: () => true,
        };
      }),
    ),
  }),
  ...faultsOf('icmp4.time-exceeded', {
    'te-translated': inArea('icmpv4Errors', (is) => ({
      translation: (config, type, code) =>
        type === 11 ? { type: 3, code: 0, parameter: 0 } : is.translation(config, type, code),
    })),
  }),
  ...faultsOf('icmp4.translate-unreachable', {
    'icmp4-code-copied': translating((_type, code) => ({ type: 1, code, parameter: 0 })),
    'icmp-to-outer-src': together(
      translating(() => UNREACHABLE),
      inArea('icmpv4Errors', () => ({ mayTell: toOuterSource })),
    ),
  }),
  ...faultsOf('icmp4.unrelated-unaffected', {
    'icmp-stolen': inArea('ipv4', (is) => ({
      handler: (config, protocol) => (protocol === PROTOCOL.ICMPV4 ? 'none' : is.handler(config, protocol)),
    })),
  }),
  ...faultsOf('icmp4.translated-quote-content', {
    'icmp-quote-outer': together(
      translating(() => UNREACHABLE),
      inArea('icmpv6', (is) => ({
        quote: (node, offending, error) => {
          const quote = is.quote(node, offending, error);
          const fields = {
            source: node.config.tunnelAddress,
            destination: 0,
            protocol: PROTOCOL.IPV6,
            identification: 1,
          };
          return error.code === 3 ? buildIpv4({ ...fields, payload: quote }) : quote;
        },
      })),
    ),
    'icmp-ext-leak': together(
      translating(() => UNREACHABLE),
      inArea('icmpv4Errors', () => ({
        quoteLengthBytes: (message) => message.length - 8,
        quotedInner: (config, quote) => quote.subarray(ihlBytes(quote) + (config.encapsulation.kind === 'fou' ? 8 : 0)),
      })),
    ),
  }),
];

export const icmp6Faults: readonly Fault[] = [
  ...faultsOf('icmp6.codes', {
    'icmp6-code4-for-all': inArea('icmpv6', (is) => ({ code: (error) => (error.type === 1 ? 4 : is.code(error)) })),
  }),
  ...faultsOf('icmp6.error-format', {
    'icmp6-quote-8-bytes': inArea('icmpv6', () => ({ quote: (_node, offending) => offending.subarray(0, 8) })),
  }),
  ...faultsOf('icmp6.error-source', {
    'icmp6-src-mapped': sourceFrom(MAPPED),
    'icmp6-src-spoof': inArea('icmpv6', () => ({
      source: (_node, _error, offending) => offending.subarray(IPV6.DESTINATION, IPV6.DESTINATION + 16),
    })),
    'icmp6-src-compat': sourceFrom([]),
  }),
  ...faultsOf('icmp6.no-error-multicast', {
    'multicast-error-amplifier': together(
      inArea('icmpv6', () => ({ mayReport: () => true })),
      inArea('forwarding', (is) => ({
        checks: is.checks.map((check) =>
          check.name === 'multicast-destination' ? { ...check, error: { type: 1, code: 0, parameter: 0 } } : check,
        ),
      })),
    ),
  }),
  ...faultsOf('icmp6.no-error-on-error', { 'error-on-error': inArea('icmpv6', () => ({ mayReport: () => true })) }),
  ...faultsOf('icmp6.rate-limit', {
    'no-rate-limit': inArea('icmpv6', () => ({ isLimited: () => false })),
    'rate-limit-zero': inArea('rateLimit', () => ({ burst: 0, perSecond: 0 })),
    // One budget for all, in which path MTU discovery comes last.
    'ptb-starved': inArea('icmpv6', (is) => {
      let others = 0;
      return {
        mayReport: (error, offending) => {
          const isTooBig = error.type === ICMPV6_TYPE.PACKET_TOO_BIG;
          if (!isTooBig) others += 1;
          return !(isTooBig && others > ERRORS_OF_A_FLOOD) && is.mayReport(error, offending);
        },
      };
    }),
    'rate-limit-never-refills': inArea('rateLimit', () => ({ perSecond: 0 })),
  }),
  ...faultsOf('icmp6.subnet-router-anycast', {
    'anycast-src-in-reply': inArea('local', (is) => ({
      reply: (node, packet, arrival) => {
        const asAsked = packet.slice();
        asAsked.set(node.config.nodePrefix.bytes, IPV6.SOURCE);
        writeUint16(asAsked, IPV6.HEADER_LENGTH + 2, 0);
        writeUint16(asAsked, IPV6.HEADER_LENGTH + 2, upperLayerChecksum(asAsked, IPV6.HEADER_LENGTH, PROTOCOL.ICMPV6));
        is.reply(node, asAsked, arrival);
      },
    })),
    'anycast-not-joined': inArea('local', (is) => ({
      isOwnAddress: (config, packet, at, arrival) =>
        !sameAddress(config.nodePrefix.bytes, 0, packet, at) && is.isOwnAddress(config, packet, at, arrival),
    })),
  }),
  ...faultsOf('icmp6.transparent', {
    'icmp6-intercept': inArea('forwarding', (is) => ({
      checks: [
        ...is.checks,
        { name: 'intercept', violated: (packet) => upperLayerOf(packet).protocol === PROTOCOL.ICMPV6 },
      ],
    })),
  }),
];
