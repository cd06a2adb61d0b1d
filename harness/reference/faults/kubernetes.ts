import { writeUint16 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { upperLayerChecksum, upperLayerOf } from '../ipv6/packet.ts';
import { CHECKSUM_OFFSET } from './encap.ts';
import { writeUint32 } from '../../packet/bytes.ts';
import { mapping as correctMapping } from '../tunnel/mapping.ts';
import { misreadingDestination, withoutEgress } from './common.ts';
import { returnToSender } from './return-to-sender.ts';
import type { Fault } from './fault.ts';
import { faultsOf, inArea } from './fault.ts';

/** `::a.b.c.d`, which no peer takes from a tunnel (RFC 4213 section 3.6). */
const compatible = (ipv4: number): Uint8Array => {
  const address = new Uint8Array(16);
  writeUint32(address, 12, ipv4);
  return address;
};

export const kubernetesFaults: readonly Fault[] = [
  ...faultsOf('kubernetes.no-nat', {
    masquerade: inArea('encapsulation', (is) => ({
      carried: (inner, node, arrival) => {
        const changed = is.carried(inner, node, arrival).slice();
        changed.set(node.config.overlayAddress, IPV6.SOURCE);
        const upper = upperLayerOf(changed);
        const offset = CHECKSUM_OFFSET.get(upper.protocol);
        if (offset === undefined || upper.laterFragment) return changed;
        writeUint16(changed, upper.offset + offset, 0);
        writeUint16(changed, upper.offset + offset, upperLayerChecksum(changed, upper.offset, upper.protocol));
        return changed;
      },
    })),
  }),
  ...faultsOf('kubernetes.node-to-pod', {
    'node-compat-source': inArea('icmpv6', (is) => ({
      source: (node, error, offending, arrival) =>
        arrival.via === 'tunnel' ? compatible(node.config.tunnelAddress) : is.source(node, error, offending, arrival),
    })),
  }),
  ...faultsOf('kubernetes.pod-mtu', {
    'pod-mtu-1500': inArea('forwarding', () => ({
      podLinkBytes: ({ config }) => config.ports.get('P')?.mtuBytes ?? 1500,
    })),
  }),
  ...faultsOf('kubernetes.unique-pod-address', {
    // Two nodes share a prefix, as if the last bit of their addresses were not in it.
    'mapping-collision': misreadingDestination((mapping, bytes, at) => {
      const found = correctMapping.embedded(mapping, bytes, at);
      return found - (found % 2);
    }),
  }),
  ...faultsOf('kubernetes.pod-source-confined', {
    'pod-identity-spoof': withoutEgress('pod-source', 'source-pair'),
  }),
  ...faultsOf('kubernetes.same-node-local', {
    'same-node-hairpin': inArea('forwarding', (is) => ({
      isLocal: (node, packet, arrival) => {
        const local = is.isLocal(node, packet, arrival);
        const route = is.route(node.behaviour.mapping, node.config, packet);
        const isOwnPod = node.behaviour.mapping.contains(node.config.nodePrefix, packet, IPV6.DESTINATION);
        if (!local && arrival.via === 'pods' && route.kind === 'on-link' && isOwnPod) {
          const gateway = node.config.underlayRoutes.find((entry) => entry.gateway !== undefined)?.gateway;
          if (gateway !== undefined) returnToSender(node, packet, gateway);
        }
        return local;
      },
    })),
  }),
];
