import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { flowHash } from '../tunnel/flow-hash.ts';
import { upperLayerOf } from '../ipv6/packet.ts';
import type { Change, Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together } from './fault.ts';

/** A source port from a wrong hash. */
const portFrom = (change: (inner: Uint8Array) => number): Change =>
  inArea('udp', () => ({ sourcePort: (_config, inner) => change(inner) }));

const TEREDO_PORT = 3544;

/** Another header where variant 0 has one. */
const sendingGue = (header: Uint8Array): Change =>
  inArea('gue', (is) => ({ header: (config) => (is.header(config).length === 0 ? is.header(config) : header) }));

/** 2001::/32 (RFC 4380 section 2.6). */
const isTeredo = (inner: Uint8Array): boolean => readUint32(inner, IPV6.SOURCE) === 0x20010000;

const addressSum = (inner: Uint8Array): number => internetChecksum(inner, IPV6.SOURCE, IPV6.HEADER_LENGTH);

/** Replies to the port that the last datagram came from. */
const replyingToSource: Change = inArea('udp', (is) => {
  let heard: number | undefined;
  return {
    checksumIsGood: (datagram, pseudoHeader) => {
      const good = is.checksumIsGood(datagram, pseudoHeader);
      if (good) heard = readUint16(datagram, 0);
      return good;
    },
    destinationPort: (config, destination) => heard ?? is.destinationPort(config, destination),
  };
});

export const udpFaults: readonly Fault[] = [
  ...faultsOf('udp.checks-unchanged', {
    'udp-path-no-check': inArea('decap', (is) => ({
      checks: exempting(is.checks, ({ outer }) => outer.framing === 'fou' || outer.framing === 'gue'),
    })),
  }),
  ...faultsOf('udp.checksum-generated', {
    'udp-csum-wrong': inArea('udp', () => ({ checksum: (_config, datagram) => internetChecksum(datagram) })),
    'udp-csum-0000': inArea('udp', (is) => ({
      checksum: (config, datagram, pseudoHeader) => {
        const checksum = is.checksum(config, datagram, pseudoHeader);
        return checksum === 0xffff ? 0 : checksum;
      },
    })),
  }),
  ...faultsOf('udp.checksum-verified', { 'udp-csum-unchecked': inArea('udp', () => ({ checksumIsGood: () => true })) }),
  ...faultsOf('udp.fou-framing', {
    'fou-wrong-port': inArea('udp', (is) => ({
      destinationPort: (config, destination) => is.destinationPort(config, destination) + 1,
    })),
    'fou-gue-header': inArea('udp', () => ({ shim: Uint8Array.of(0, PROTOCOL.IPV6, 0, 0) })),
    'fou-reply-to-source-port': replyingToSource,
    'fou-port-hard-coded': inArea('udp', () => ({
      destinationPort: () => TEREDO_PORT,
      listensOn: (_config, port) => port === TEREDO_PORT,
    })),
  }),
  ...faultsOf('udp.gue-invalid-dropped', {
    'gue-flags-ignored': inArea('gue', () => ({ flagsAreKnown: () => true })),
    'gue-demux-by-nibble': inArea('gue', () => ({
      demultiplex: (_protocol, content) => ((content[0] ?? 0) >>> 4 === 6 ? content : undefined),
    })),
  }),
  ...faultsOf('udp.gue-variant-0', {
    'gue-proto4': sendingGue(Uint8Array.of(0, PROTOCOL.IPV4, 0, 0)),
    'gue-hlen-counts-itself': sendingGue(Uint8Array.of(1, PROTOCOL.IPV6, 0, 0)),
  }),
  ...faultsOf('udp.gue-variant-1', {
    'gue-variant1-unsupported': inArea('gue', () => ({
      direct: (payload) => payload.subarray(4 + 4 * ((payload[0] ?? 0) & 0x1f)),
    })),
  }),
  ...faultsOf('udp.length-fields', {
    'udp-len-no-hdr': inArea('udp', (is) => ({ length: (payload) => is.length(payload) - 8 })),
    'fou-total-length-minus8': inArea('outer', (is) => ({ totalLength: (length) => is.totalLength(length) - 8 })),
  }),
  ...faultsOf('udp.only-ipv6-payload', {
    'teredo-header-skipped': inArea('decap', (is) => ({
      innerPacket: (node, payload, outer) =>
        is.innerPacket(node, readUint16(payload, 0) === 0 ? payload.subarray(8) : payload, outer),
    })),
    'fou-nibble-unchecked': inArea('decap', (is) => ({
      innerPacket: (node, payload, outer) => {
        const forged = payload.slice();
        forged[0] = 0x60 | ((forged[0] ?? 0) & 0x0f);
        return is.innerPacket(node, forged, outer);
      },
    })),
  }),
  ...faultsOf('udp.outer-ipv6-checksum', {
    'zero-csum-everywhere': inArea('udp', () => ({ takesZeroOverIpv6: () => true })),
    'zero-csum-by-default': inArea('udp', () => ({ checksum: () => 0 })),
    'zero-csum-permission-ignored': inArea('udp', () => ({ takesZeroOverIpv6: () => false })),
  }),
  ...faultsOf('udp.receive-length', {
    'udp-len-unchecked': inArea('udp', () => ({ lengthIsGood: () => true })),
  }),
  ...faultsOf('udp.single-framing', {
    'dual-framing': together(
      inArea('ipv4', (is) => ({
        handler: (config, protocol) => (protocol === PROTOCOL.IPV6 ? 'tunnel' : is.handler(config, protocol)),
      })),
      inArea('udp', (is) => ({ listensOn: (config, port) => port === TEREDO_PORT || is.listensOn(config, port) })),
    ),
    'dual-framing-ignored': together(
      inArea('ipv4', (is) => ({
        handler: (config, protocol) =>
          protocol === PROTOCOL.IPV6 && config.encapsulation.kind !== 'protocol-41'
            ? 'none'
            : is.handler(config, protocol),
      })),
      inArea('udp', (is) => ({
        listensOn: (config, port) => config.encapsulation.kind !== 'protocol-41' && is.listensOn(config, port),
      })),
    ),
  }),
  ...faultsOf('udp.source-port-entropy', {
    'sport-addresses-only': portFrom((inner) => 0xc000 | (addressSum(inner) & 0x3fff)),
    'sport-low-entropy': portFrom((inner) => 0xc000 | (flowHash(inner) & 7)),
  }),
  ...faultsOf('udp.source-port-fixed', {
    'sport-fixed-ignored': portFrom((inner) => 0xc000 | (flowHash(inner) & 0x3fff)),
  }),
  ...faultsOf('udp.source-port-fragments', {
    'sport-first-fragment-split': portFrom((inner) => {
      const upper = upperLayerOf(inner);
      const ports = upper.laterFragment ? 0 : readUint16(inner, upper.offset) ^ readUint16(inner, upper.offset + 2);
      return 0xc000 | ((addressSum(inner) ^ Math.imul(ports, 0x9e37)) & 0x3fff);
    }),
  }),
  ...faultsOf('udp.source-port-per-flow', {
    'sport-per-packet': inArea('udp', () => {
      let count = 0;
      return {
        sourcePort: () => {
          count += 1;
          return 0xc000 | (count & 0x3fff);
        },
      };
    }),
  }),
  ...faultsOf('udp.source-port-range', {
    'sport-full-16bit': portFrom((inner) => flowHash(inner) & 0xffff),
    'sport-zero-or-3544': portFrom((inner) => ((flowHash(inner) & 1) === 0 ? 0 : TEREDO_PORT)),
  }),
  ...faultsOf('udp.teredo-facts', {
    'teredo-source-trusted': inArea('decap', (is) => ({
      checks: exempting(is.checks, ({ inner }) => isTeredo(inner)),
    })),
    'teredo-link-mtu': inArea('mtu', (is) => ({
      decide: (behaviour, question) => {
        const teredoBytes = IPV6_MINIMUM_MTU + behaviour.overheadBytes(question.config);
        return is.decide(behaviour, { ...question, pathMtuBytes: Math.min(question.pathMtuBytes, teredoBytes) });
      },
    })),
  }),
  ...faultsOf('udp.wrong-port', { 'any-udp-port': inArea('udp', () => ({ listensOn: () => true })) }),
  ...faultsOf('udp.zero-checksum-accepted', {
    'udp-zero-csum-dropped': inArea('udp', (is) => ({
      checksumIsGood: (datagram, pseudoHeader) =>
        readUint16(datagram, 6) !== 0 && is.checksumIsGood(datagram, pseudoHeader),
    })),
  }),
];
