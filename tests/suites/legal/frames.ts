/** What a node does with its frames as they leave: no standard has anything against it. */
import { Ipv4Address, Ipv6Address } from '../../../harness/address/index.ts';
import {
  arp,
  build,
  decode,
  ethernet,
  hopByHopOptions,
  icmpv6,
  ICMPV6_TYPE,
  ipv4,
  ipv6,
  MacAddress,
  neighborAdvertisement,
  neighborSolicitation,
  payload,
  PROTOCOL,
  routerAdvertisement,
  routerSolicitation,
  type Layer,
} from '../../../harness/packet/index.ts';
import type { Change } from '../../../harness/reference/faults/fault.ts';
import type { ReferenceNode } from '../../../harness/reference/node.ts';
import type { PortName } from '../../../harness/wire/wire.ts';

type Send = (port: PortName, frame: Uint8Array) => void;

/** Decides what becomes of each frame; what it remembers lives in the closure of `start`. */
const onTheWire =
  (start: () => (node: ReferenceNode, port: PortName, frame: Uint8Array, send: Send) => void): Change =>
  (behaviour) => {
    const through = start();
    const transmit: typeof behaviour.link.transmit = (node, port, frame) => {
      through(node, port, frame, (onPort, bytes) => {
        behaviour.link.transmit(node, onPort, bytes);
      });
    };
    return { ...behaviour, link: { ...behaviour.link, transmit } };
  };

const SHORTEST_FRAME_BYTES = 60;

/** Ethernet wants frames of 60 bytes, and says nothing of what fills them. */
export const paddingWithGarbage: Change = onTheWire(() => (_node, port, frame, send) => {
  const padded = new Uint8Array(Math.max(SHORTEST_FRAME_BYTES, frame.length)).fill(0xa5);
  padded.set(frame);
  send(port, padded);
});

const isSaidByItself = (frame: Uint8Array): boolean => {
  const { layers } = decode(frame, 'ethernet');
  return layers.some(
    (layer) =>
      (layer.kind === 'icmpv6' && (layer.header.type < 128 || layer.header.type === ICMPV6_TYPE.ECHO_REPLY)) ||
      (layer.kind === 'icmpv4' && [3, 11, 12].includes(layer.header.type)),
  );
};

/** Errors and echo replies are made in a slower place than the one that forwards. */
export const slowToSpeak = (delayMs: number): Change =>
  onTheWire(() => (node, port, frame, send) => {
    if (!isSaidByItself(frame)) {
      send(port, frame);
      return;
    }
    const later = frame.slice();
    node.clock.schedule(delayMs, () => {
      send(port, later);
    });
  });

const ALL_NODES = Ipv6Address.parse('ff02::1');
const ALL_ROUTERS = Ipv6Address.parse('ff02::2');
const ALL_LISTENERS = Ipv6Address.parse('ff02::16');
const UNSPECIFIED = Ipv6Address.parse('::');
/** The node's own address on the underlay, of which the overlay knows nothing. */
const ON_UNDERLAY = Ipv6Address.parse('fe80::41:ff:fe00:2');
const LLDP_ETHER_TYPE = 0x88cc;
const EVERY = 5;

interface Speaker {
  readonly mac: MacAddress;
  readonly address: Ipv6Address;
}

const toGroup = ({ mac, address }: Speaker, group: Ipv6Address, ...layers: readonly Layer[]): Uint8Array =>
  build(
    ethernet({ source: mac, destination: MacAddress.forIpv6Multicast(group) }),
    ipv6({ source: address, destination: group, hopLimit: 255 }),
    ...layers,
  );

/** Of groups that it is in, and that it looks for routers. */
const groupsAndRouters = (speaker: Speaker): Uint8Array[] => [
  toGroup(speaker, ALL_ROUTERS, routerSolicitation()),
  toGroup(
    speaker,
    ALL_LISTENERS,
    hopByHopOptions({ options: Uint8Array.of(5, 2, 0, 0) }),
    icmpv6({ type: ICMPV6_TYPE.MULTICAST_LISTENER_REPORT_V2 }),
  ),
];

const lldp = ({ mac }: Speaker): Uint8Array => {
  const frame = new Uint8Array(SHORTEST_FRAME_BYTES);
  frame.set([0x01, 0x80, 0xc2, 0, 0, 0x0e, ...mac.bytes, LLDP_ETHER_TYPE >> 8, LLDP_ETHER_TYPE & 0xff, 2, 7, 4]);
  return frame;
};

const aboutItself = (mac: MacAddress, own: Ipv4Address): Uint8Array[] => [
  build(
    ethernet({ source: mac, destination: MacAddress.BROADCAST }),
    arp({ operation: 1, senderHardwareAddress: mac, senderProtocolAddress: own, targetProtocolAddress: own }),
  ),
  build(
    ethernet({ source: mac, destination: MacAddress.parse('01:00:5e:00:00:16') }),
    ipv4({ source: own, destination: '224.0.0.22', ttl: 1, protocol: PROTOCOL.IGMP }),
    payload(Uint8Array.of(0x22, 0, 0xdd, 0xff, 0, 0, 0, 0)),
  ),
];

const speakerOf = ({ config }: ReferenceNode, port: PortName, address: Ipv6Address): Speaker => ({
  mac: MacAddress.fromBytes(config.ports.get(port)?.mac ?? new Uint8Array(6)),
  address,
});

/** Everything that an operating system says on its links by itself, again and again. */
export const talkative: Change = onTheWire(() => {
  let frames = 0;
  return (node, port, frame, send) => {
    send(port, frame);
    frames += 1;
    if (frames % EVERY !== 0) return;
    const pods = speakerOf(node, 'P', Ipv6Address.fromBytes(node.config.gateway));
    const advertised = neighborAdvertisement({ target: pods.address, router: true, override: true });
    const toPods = [toGroup(pods, ALL_NODES, advertised), toGroup(pods, ALL_NODES, routerAdvertisement())];
    for (const each of [...groupsAndRouters(pods), ...toPods, lldp(pods)]) send('P', each);
    const underlay = speakerOf(node, 'U', ON_UNDERLAY);
    const unsure = { ...underlay, address: UNSPECIFIED };
    const isFree = toGroup(unsure, ALL_NODES, neighborSolicitation({ target: ON_UNDERLAY }));
    const own = Ipv4Address.fromNumber(node.config.tunnelAddress);
    for (const each of [...groupsAndRouters(underlay), isFree, lldp(underlay), ...aboutItself(underlay.mac, own)])
      send('U', each);
  };
});
