import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { BROADCAST_MAC, sendFrame } from '../link/ethernet.ts';
import type { Arrival } from '../node.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';

/** Another hop limit for packets that come from one side. */
const lowering = (via: Arrival['via'], change: (hopLimit: number, arrival: Arrival) => number): Change =>
  inArea('forwarding', (is) => ({
    lowered: (hopLimit, arrival) => (arrival.via === via ? change(hopLimit, arrival) : is.lowered(hopLimit, arrival)),
  }));

const expiring = (via: Arrival['via'], expired: (hopLimit: number) => boolean): Change =>
  inArea('forwarding', (is) => ({
    expired: (hopLimit, arrival) => (arrival.via === via ? expired(hopLimit) : is.expired(hopLimit, arrival)),
  }));

const never = (): boolean => false;

export const hopLimitFaults: readonly Fault[] = [
  ...faultsOf('hop-limit.tunnel-opaque', {
    'router-visible': inArea('outer', () => ({ ttl: ({ inner }) => inner[IPV6.HOP_LIMIT] ?? 0 })),
  }),
  ...faultsOf('hop-limit.decap-decrement', {
    'hl-from-ttl': lowering('tunnel', (hopLimit, arrival) =>
      arrival.via === 'tunnel' ? arrival.outer.ttl - 1 : hopLimit,
    ),
    'decap-no-dec': lowering('tunnel', (hopLimit) => hopLimit),
    'decap-dec2': lowering('tunnel', (hopLimit) => hopLimit - 2),
  }),
  ...faultsOf('hop-limit.decap-expired', {
    'decap-hl1-delivered': expiring('tunnel', never),
    'te-not-tunnelled': inArea('icmpv6', (is) => ({
      send: (node, packet, error, arrival) => {
        if (error.type === 3 && arrival.via === 'tunnel') {
          sendFrame(node, arrival.outer.port, BROADCAST_MAC, ETHER_TYPE.IPV6, packet);
        } else is.send(node, packet, error, arrival);
      },
    })),
  }),
  ...faultsOf('hop-limit.encap-decrement', {
    'hl-no-dec': lowering('pods', (hopLimit) => hopLimit),
    'hl-dec2': lowering('pods', (hopLimit) => Math.max(0, hopLimit - 2)),
    'hl-dec-outer-only': together(
      lowering('pods', (hopLimit) => hopLimit),
      inArea('outer', (is) => ({ ttl: (context) => is.ttl(context) - 1 })),
    ),
  }),
  ...faultsOf('hop-limit.encap-expired', {
    'hl0-encapsulated': together(
      expiring('pods', never),
      lowering('pods', (hopLimit) => Math.max(0, hopLimit - 1)),
    ),
    'hl-wrap-255': together(
      expiring('pods', (hopLimit) => hopLimit === 1),
      lowering('pods', (hopLimit) => (hopLimit - 1) & 0xff),
    ),
  }),
  ...faultsOf('hop-limit.originated-and-consumed', {
    'hl-check-before-local': inArea('local', (is) => ({
      consumes: (packet, arrival) => (packet[IPV6.HOP_LIMIT] ?? 0) > 1 && is.consumes(packet, arrival),
    })),
  }),
  ...faultsOf('hop-limit.outer-ttl-on-receipt', {
    'outer-ttl1-drop': inArea('ipv4', (is) => ({
      checks: [...is.checks, { name: 'ttl', violated: (packet) => (packet[IPV4.TTL] ?? 0) <= 1 }],
    })),
  }),
  ...faultsOf('hop-limit.outer-ttl-value', {
    'ttl-copy': inArea('outer', () => ({ ttl: ({ inner }) => inner[IPV6.HOP_LIMIT] ?? 0 })),
    'ttl-copy-minus1': inArea('outer', () => ({ ttl: ({ inner }) => (inner[IPV6.HOP_LIMIT] ?? 0) - 1 })),
    'ttl-zero': inArea('outer', () => ({ ttl: () => 0 })),
  }),
];
