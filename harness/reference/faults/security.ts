import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { TargetSetup } from '../../target/setup.ts';
import { defaultSwitches } from '../../profile/defaults.ts';
import { inNet, parseIpv4Net } from '../ipv4/net.ts';
import { isOwnBroadcast } from '../ipv4/special.ts';
import { isLinkLocal, isMapped } from '../ipv6/special.ts';
import { BROADCAST_MAC } from '../link/ethernet.ts';
import type { EgressCheck } from '../tunnel/egress-checks.ts';
import { embeddedAddress } from '../tunnel/mapping.ts';
import { encapsulatingSource, routingEverything, withoutEgress } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together } from './fault.ts';

/** Encapsulates to a block of IPv4 addresses that nobody can have. */
const encapsulatingTo = (text: string): Change => {
  const block = parseIpv4Net(text);
  return together(
    routingEverything,
    inArea('encapsulation', (is) => ({ checks: exempting(is.checks, ({ destination }) => inNet(block, destination)) })),
  );
};

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] as const;

/** What an operating system that turns 6to4 on by itself would run with the addresses of the test bed. */
const DEFAULT_SIX_TO_FOUR: TargetSetup = {
  contract: 1,
  profile: '6to4',
  mapping: { kind: '6to4' },
  encapsulation: { kind: 'protocol-41' },
  switches: { ...defaultSwitches({ kind: '6to4' }), podSource: 'any' },
  outerTtl: 64,
  fixedTos: 0,
  staticMtuBytes: 1280,
  ports: {
    P: { interfaceName: 'eth0', macAddress: '02:41:00:00:00:01', mtuBytes: 1500 },
    U: { interfaceName: 'eth1', macAddress: '02:41:00:00:00:02', mtuBytes: 1500 },
  },
  underlay: {
    address: '192.0.2.10',
    prefixLength: 24,
    secondaryAddresses: [],
    routes: [{ destination: '0.0.0.0/0', gateway: '192.0.2.251' }],
  },
  logging: 'off',
  overlay: {
    nodePrefix: '2002:c000:20a::/48',
    address: '2002:c000:20a::1',
    tunnelRoutes: ['2002::/16'],
    relayRoutes: [],
  },
  pods: {
    gateway: 'fe80::1',
    mtu: 'given',
    addresses: ['2002:c000:20a:1::10', '2002:c000:20a:1::11', '2002:c000:20a:1::12', '2002:c000:20a:1::13'],
    nativeAddress: 'fd00:98::1',
    nativePrefixLength: 64,
    nativeRoutes: [],
  },
};

/** Also on a node with another overlay, 2002::/16 is tunnelled without having been configured. */
const decodingSixToFour: Change = together(
  inArea('forwarding', (is) => ({
    route: (mapping, config, packet) =>
      readUint16(packet, IPV6.DESTINATION) === 0x2002 ? { kind: 'tunnel' } : is.route(mapping, config, packet),
  })),
  inArea('mapping', (is) => ({
    outerDestination: (behaviour, config, inner, toRelay) =>
      config.mapping.kind === '6rd' && readUint16(inner, IPV6.DESTINATION) === 0x2002
        ? readUint32(inner, IPV6.DESTINATION + 2)
        : is.outerDestination(behaviour, config, inner, toRelay),
  })),
);

/** A Type 0 Routing header directly behind the IPv6 header, with an address left to visit. */
const isSourceRouted = (packet: Uint8Array): boolean => {
  const at = IPV6.HEADER_LENGTH;
  return packet[IPV6.NEXT_HEADER] === PROTOCOL.ROUTING && packet[at + 2] === 0 && (packet[at + 3] ?? 0) > 0;
};

const atNextSegment = (packet: Uint8Array): Uint8Array => {
  const copy = packet.slice();
  const at = IPV6.HEADER_LENGTH;
  copy.set(packet.subarray(at + 8, at + 24), IPV6.DESTINATION);
  copy[at + 3] = (copy[at + 3] ?? 1) - 1;
  return copy;
};

/** Keeps native sources out where the switch lets them in. */
const deafToAnySource: EgressCheck = {
  name: 'native-source',
  reaction: 'silent',
  violated: ({ node: { behaviour, config }, inner, arrival }) =>
    arrival.via === 'pods' &&
    config.switches.podSource === 'any' &&
    embeddedAddress(behaviour.mapping, config, inner, IPV6.SOURCE) === undefined,
};

const corruptingAfterMalformed = (corrupt: (packet: Uint8Array, malformed: Uint8Array) => void): Change => {
  return (behaviour) => {
    let malformed: Uint8Array | undefined;
    return together(
      inArea('ipv4', (is) => ({
        discarded: (node, packet, check) => {
          malformed = packet.slice();
          is.discarded(node, packet, check);
        },
      })),
      inArea('decap', (is) => ({
        innerPacket: (node, payload, outer) => {
          const inner = is.innerPacket(node, payload, outer);
          if (!inner) malformed = payload.slice();
          return inner;
        },
      })),
      inArea('forwarding', (is) => ({
        packetOf: (payload) => {
          const packet = is.packetOf(payload);
          if (!packet) malformed = payload.slice();
          return packet;
        },
        rewritten: (packet, hopLimit, arrival) => {
          const copy = is.rewritten(packet, hopLimit, arrival);
          if (malformed) corrupt(copy, malformed);
          malformed = undefined;
          return copy;
        },
      })),
    )(behaviour);
  };
};

export const securityFaults: readonly Fault[] = [
  {
    name: '6to4-default-on',
    requirement: 'security.6to4-off-by-default',
    apply: decodingSixToFour,
    unconfigured: DEFAULT_SIX_TO_FOUR,
  },
  ...faultsOf('security.anycast-relay-source', {
    'anycast-relay-drop': inArea('sanity', (is) => ({
      neverUsable: [...is.neverUsable, parseIpv4Net('192.88.99.0/24')],
    })),
  }),
  ...faultsOf('security.drops-silent', {
    'icmp-reflection': inArea('decap', (is) => ({
      discarded: (question, check) => {
        is.discarded(question, check);
        const { node, inner, outer } = question;
        node.paths.reportError({ type: 1, code: 1, parameter: 0 }, inner, { via: 'tunnel', outer });
      },
    })),
  }),
  ...faultsOf('security.egress-native-source', {
    'egress-native-src': withoutEgress('pod-source'),
    'pod-source-any-inert': inArea('encapsulation', (is) => ({ checks: [...is.checks, deafToAnySource] })),
  }),
  ...faultsOf('security.egress-source-pair', {
    'egress-spoof': withoutEgress('source-pair', 'pod-source'),
    'outer-src-from-inner': together(withoutEgress('source-pair', 'pod-source'), (behaviour) =>
      inArea('outer', (is) => ({
        source: (context) =>
          embeddedAddress(behaviour.mapping, context.config, context.inner, IPV6.SOURCE) ?? is.source(context),
      }))(behaviour),
    ),
  }),
  ...faultsOf('security.encap-embedded-non-global', {
    'encap-to-mcast': encapsulatingTo('224.0.0.0/4'),
    'encap-to-loopback': encapsulatingTo('127.0.0.0/8'),
    'encap-to-zero': encapsulatingTo('0.0.0.0/8'),
    'encap-to-rfc1918': together(...PRIVATE.map(encapsulatingTo)),
  }),
  ...faultsOf('security.encap-invalid-inner', {
    'encap-ll-src': encapsulatingSource(isLinkLocal),
    'encap-mapped-src': encapsulatingSource(isMapped),
  }),
  ...faultsOf('security.encap-own-broadcast', {
    'encap-to-subnet-bcast': together(
      withoutEgress('broadcast-destination'),
      inArea('ipv4', (is) => ({
        resolve: (node, nextHop, deliver, failed) => {
          if (isOwnBroadcast(node.config, nextHop)) deliver(BROADCAST_MAC);
          else is.resolve(node, nextHop, deliver, failed);
        },
      })),
    ),
    'octet255-drop': inArea('encapsulation', (is) => ({
      admits: (node, question) => (question.destination & 0xff) !== 255 && is.admits(node, question),
    })),
  }),
  ...faultsOf('security.routing-header-0', {
    'rh0-forwarded': inArea('forwarding', (is) => ({
      isLocal: (node, packet, arrival) => {
        const isLocal = is.isLocal(node, packet, arrival);
        if (isLocal && isSourceRouted(packet)) node.paths.receiveIpv6(atNextSegment(packet), arrival);
        return isLocal;
      },
    })),
  }),
  ...faultsOf('security.spoof-counter', {
    'spoof-uncounted': inArea('accounting', () => ({ isSpoofed: () => false })),
  }),
  ...faultsOf('security.malformed-survival', {
    'state-corruption': corruptingAfterMalformed((packet) => {
      packet[0] = (packet[0] ?? 0) ^ 0x20;
    }),
    'buffer-reuse': corruptingAfterMalformed((packet, malformed) => {
      packet.set(malformed.subarray(-1), packet.length - 1);
    }),
  }),
];
