/** Faults of the encapsulations other than protocol 41 and UDP, and of the border relay and ISATAP. */
import { readUint16 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { GRE_BASE_BYTES } from '../tunnel/gre.ts';
import { withoutDecap } from './common.ts';
import type { Fault } from './fault.ts';
import { faultsOf, inArea } from './fault.ts';

export const encapsulationFaults: readonly Fault[] = [
  ...faultsOf('address.isatap-iid', {
    'isatap-needs-u0': inArea('mapping', () => ({ isIsatapIdentifier: (upperHalf) => upperHalf === 0x0000_5efe })),
  }),
  ...faultsOf('decap.isatap-source', { 'prl-ignored': withoutDecap('isatap-source') }),
  ...faultsOf('mtu.br-anycast-df', {
    'br-anycast-df0': inArea('mtu', (is) => ({
      decide: (behaviour, question) => {
        const decision = is.decide(behaviour, question);
        const isAnycast = question.config.switches.brAddress === 'anycast';
        return isAnycast && decision.kind === 'send' ? { ...decision, dontFragment: false } : decision;
      },
    })),
  }),
  ...faultsOf('gre.header', { 'gre-type-0800': inArea('gre', () => ({ protocolType: ETHER_TYPE.IPV4 })) }),
  ...faultsOf('gre.mtu', {
    'gre-mtu-off-by-4': inArea('mtu', (is) => ({
      overheadBytes: (config) => is.overheadBytes(config) - GRE_BASE_BYTES,
    })),
    // What is carried goes out whole with DF set, although the path does not take it.
    'gre-floor-not-fragmented': inArea('mtu', (is) => ({
      decide: (behaviour, question) => {
        const decision = is.decide(behaviour, question);
        return decision.kind === 'send' && question.config.switches.mtuMode === 'dynamic'
          ? { ...decision, dontFragment: true, fragmentAboveBytes: question.portMtuBytes }
          : decision;
      },
    })),
    'gre-static-mtu-of-port': inArea('mtu', (is) => ({
      staticMtuBytes: ({ config, portMtuBytes }) => portMtuBytes - is.overheadBytes(config),
    })),
  }),
  ...faultsOf('gre.receive-flags', {
    'gre-bits-ignored': inArea('gre', () => ({
      open: (_behaviour, payload) =>
        payload.length >= GRE_BASE_BYTES && readUint16(payload, 2) === ETHER_TYPE.IPV6
          ? payload.subarray(GRE_BASE_BYTES)
          : undefined,
    })),
  }),
  ...faultsOf('ip6ip6.encapsulation-limit', {
    'encap-limit-ignored': inArea('limit', () => ({ found: () => undefined })),
  }),
  ...faultsOf('ip6ip6.header', {
    'ip6ip6-hl-inherited': inArea('outerIpv6', () => ({
      hopLimit: (configured, inner) => inner[IPV6.HOP_LIMIT] ?? configured,
    })),
    'ip6ip6-flowlabel-constant': inArea('outerIpv6', () => ({ flowLabel: () => 0x41 })),
  }),
];
