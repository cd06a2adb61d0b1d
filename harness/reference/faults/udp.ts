import { readUint16 } from '../../packet/bytes.ts';
import { internetChecksum } from '../../packet/checksum.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { flowHash } from '../tunnel/flow-hash.ts';
import { upperLayerOf } from '../ipv6/packet.ts';
import type { Change, Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together } from './fault.ts';

/** A source port from a wrong hash. */
const portFrom = (change: (inner: Uint8Array) => number): Change =>
  inArea('udp', () => ({ sourcePort: (_config, inner) => change(inner) }));

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
      checks: exempting(is.checks, ({ outer }) => outer.framing === 'fou'),
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
  ...faultsOf('udp.receive-length', {
    'udp-len-unchecked': inArea('udp', () => ({ lengthIsGood: () => true })),
  }),
  ...faultsOf('udp.single-framing', {
    'dual-framing': together(
      inArea('ipv4', (is) => ({
        handler: (config, protocol) => (protocol === PROTOCOL.IPV6 ? 'tunnel' : is.handler(config, protocol)),
      })),
      inArea('udp', (is) => ({ listensOn: (config, port) => port === 3544 || is.listensOn(config, port) })),
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
    'sport-zero-or-3544': portFrom((inner) => ((flowHash(inner) & 1) === 0 ? 0 : 3544)),
  }),
  ...faultsOf('udp.wrong-port', { 'any-udp-port': inArea('udp', () => ({ listensOn: () => true })) }),
  ...faultsOf('udp.zero-checksum-accepted', {
    'udp-zero-csum-dropped': inArea('udp', (is) => ({
      checksumIsGood: (datagram, pseudoHeader) =>
        readUint16(datagram, 6) !== 0 && is.checksumIsGood(datagram, pseudoHeader),
    })),
  }),
];
