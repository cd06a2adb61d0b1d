import { writeUint16 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { upperLayerChecksum } from '../ipv6/packet.ts';
import { multicastMac, sendFrame } from '../link/ethernet.ts';
import type { Fault } from './fault.ts';
import { faultsOf, inArea, together, without } from './fault.ts';

export const configFaults: readonly Fault[] = [
  ...faultsOf('config.address-selection', {
    '6to4-source-for-native': together(
      inArea('icmpv6', () => ({ source: (node) => node.config.overlayAddress })),
      inArea('local', (is) => ({
        reply: (node, packet, arrival) => {
          const changed = packet.slice();
          changed.set(node.config.overlayAddress, IPV6.SOURCE);
          writeUint16(changed, IPV6.HEADER_LENGTH + 2, 0);
          writeUint16(
            changed,
            IPV6.HEADER_LENGTH + 2,
            upperLayerChecksum(changed, IPV6.HEADER_LENGTH, PROTOCOL.ICMPV6),
          );
          is.reply(node, changed, arrival);
        },
      })),
    ),
  }),
  ...faultsOf('config.ingress-filter-knob', {
    'ingress-knob-inert': inArea('decap', (is) => ({ checks: without(is.checks, 'own-prefix-source') })),
    'ingress-knob-opens-egress': inArea('encapsulation', (is) => ({
      checks: is.checks.map((check) => ({
        ...check,
        violated: (question) =>
          (question.node.config.switches.ingressFilter !== 'on' || check.name !== 'pod-source') &&
          check.violated(question),
      })),
    })),
  }),
  ...faultsOf('config.no-6to4-advertisement', {
    'rogue-ra': inArea('advertisement', (is) => ({
      send: (node, packet) => {
        is.send(node, packet);
        const group = packet.subarray(IPV6.DESTINATION, IPV6.DESTINATION + 16);
        sendFrame(node, 'U', multicastMac(group), ETHER_TYPE.IPV6, packet);
      },
    })),
  }),
  ...faultsOf('config.ra-mtu', {
    'ra-no-mtu': inArea('advertisement', () => ({ linkMtuBytes: () => undefined })),
    'ra-link-mtu': inArea('advertisement', () => ({ linkMtuBytes: (node) => node.config.ports.get('P')?.mtuBytes })),
  }),
  ...faultsOf('config.source-address-settable', {
    'local-setting-ignored': inArea('outer', () => ({
      source: ({ config }) => Math.min(...config.localAddresses.map(({ address }) => address)),
    })),
  }),
];
