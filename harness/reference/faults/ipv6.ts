import { readUint16 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { isLoopback, isMulticast } from '../ipv6/special.ts';
import { upperLayerOf } from '../ipv6/packet.ts';
import { rewritingFrom } from './common.ts';
import type { Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together } from './fault.ts';

const clearFlowLabel = (packet: Uint8Array): Uint8Array => {
  packet[1] = (packet[1] ?? 0) & 0xf0;
  packet[2] = 0;
  packet[3] = 0;
  return packet;
};

const KNOWN_IN_TRANSIT: ReadonlySet<number> = new Set([PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.ICMPV6]);
/** One frame in so many is sent after its successor. */
const REORDER_EVERY = 7;

const FIRST_OPTION = IPV6.HEADER_LENGTH + 2;

export const ipv6Faults: readonly Fault[] = [
  ...faultsOf('ipv6.flow-label-preserved', {
    'flowlabel-zeroed': rewritingFrom('pods', clearFlowLabel),
    'decap-flowlabel': rewritingFrom('tunnel', clearFlowLabel),
  }),
  ...faultsOf('ipv6.flow-order', {
    reorder: inArea('link', (is) => {
      const held = new Map<string, Uint8Array>();
      let count = 0;
      return {
        transmit: (node, port, frame) => {
          // ARP and Neighbor Discovery stay in order: the fault is in the workers of the data path.
          const isData = readUint16(frame, 12) !== 0x0806 && frame[14 + IPV6.NEXT_HEADER] !== PROTOCOL.ICMPV6;
          const waiting = held.get(port);
          count += isData ? 1 : 0;
          if (isData && !waiting && count % REORDER_EVERY === 0) {
            held.set(port, frame);
            return;
          }
          is.transmit(node, port, frame);
          if (!waiting || !isData) return;
          held.delete(port);
          is.transmit(node, port, waiting);
        },
      };
    }),
  }),
  ...faultsOf('ipv6.hop-by-hop', {
    'hbh-11-multicast-answered': inArea('forwarding', (is) => ({
      checks: [
        {
          name: 'hop-by-hop-class-11',
          violated: (packet) =>
            isMulticast(packet, IPV6.DESTINATION) &&
            packet[IPV6.NEXT_HEADER] === PROTOCOL.HOP_BY_HOP &&
            (packet[FIRST_OPTION] ?? 0) >>> 6 === 3,
          error: { type: 4, code: 2, parameter: FIRST_OPTION },
        },
        ...is.checks,
      ],
    })),
    'hbh-pointer': inArea('icmpv6', (is) => ({
      parameterWord: (error) =>
        is.parameterWord(error.type === 4 && error.code === 2 ? { ...error, parameter: IPV6.NEXT_HEADER } : error),
    })),
  }),
  ...faultsOf('ipv6.scope-not-forwarded', {
    'loopback-dst-delivered': together(
      inArea('local', (is) => ({
        isOwnAddress: (config, packet, at, arrival) =>
          isLoopback(packet, at) || is.isOwnAddress(config, packet, at, arrival),
      })),
      inArea('decap', (is) => ({ checks: exempting(is.checks, ({ inner }) => isLoopback(inner, IPV6.DESTINATION)) })),
    ),
  }),
  ...faultsOf('ipv6.transit-not-examined', {
    'transit-param-problem': inArea('forwarding', (is) => ({
      checks: [
        ...is.checks,
        {
          name: 'known-header',
          violated: (packet) => {
            const isPlain = KNOWN_IN_TRANSIT.has(upperLayerOf(packet).protocol);
            return (
              !isPlain ||
              packet[IPV6.NEXT_HEADER] === PROTOCOL.DESTINATION_OPTIONS ||
              packet[IPV6.NEXT_HEADER] === PROTOCOL.ROUTING
            );
          },
          error: { type: 4, code: 1, parameter: IPV6.NEXT_HEADER },
        },
      ],
    })),
  }),
];
