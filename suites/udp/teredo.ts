import { Ipv6Address, type Ipv4Address } from '../../harness/address/index.ts';
import { findLayer, PROTOCOL, routerSolicitation, writeUint16, writeUint32 } from '../../harness/packet/index.ts';
import type { InnerFields, Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from '../decap/vectors.ts';
import { udpArea } from './area.ts';

const TEREDO_PREFIX = 0x20010000;
/** Documentation address (RFC 5737) as the server that would have qualified the clients. */
const SERVER = 0xcb007101;
const TEREDO_PORT = 3544;
const ROUTER_ADVERTISEMENT = 134;
/** In a documentation prefix (RFC 9637), and behind no route that the Teredo prefix is not behind as well. */
const OUTSIDE = Ipv6Address.parse('3fff:ffe::9');

/** The Teredo address of a client: server, no flags, port and address with all bits inverted (RFC 4380 section 4). */
const teredoAddress = (client: Ipv4Address): Ipv6Address => {
  const bytes = new Uint8Array(16);
  writeUint32(bytes, 0, TEREDO_PREFIX);
  writeUint32(bytes, 4, SERVER);
  writeUint16(bytes, 10, TEREDO_PORT ^ 0xffff);
  writeUint32(bytes, 12, (client.toNumber() ^ 0xffff_ffff) >>> 0);
  return Ipv6Address.fromBytes(bytes);
};

/** Two stimuli that differ in an address alone: a Teredo address, and any other from outside the overlay. */
interface Pair {
  readonly teredo: Stimulus;
  readonly plain: Stimulus;
}

/** A bubble is a packet with nothing in it (RFC 4380 section 2.8). */
const BUBBLE = { layers: [], nextHeader: PROTOCOL.NO_NEXT_HEADER, payload: new Uint8Array(0) } as const;

const fromClient = (t: TestContext, what: string, fields: InnerFields): Pair => {
  const { lab } = t;
  const one = (source: Ipv6Address, kind: string): Stimulus =>
    named(t.fromTunnel({ ...fields, source }), `${what} from ${kind} ${source.toString()}`);
  return {
    teredo: one(teredoAddress(lab.n2.ipv4), 'Teredo address'),
    plain: one(OUTSIDE, 'outside address'),
  };
};

const toClient = (t: TestContext): Pair => {
  const { lab } = t;
  const one = (destination: Ipv6Address, kind: string): Stimulus =>
    named(t.fromPod({ destination }), `pod packet to ${kind} ${destination.toString()}`);
  return {
    teredo: one(teredoAddress(lab.n3.ipv4), 'Teredo address'),
    plain: one(OUTSIDE, 'outside address'),
  };
};

/** Where a packet went, errors about it apart, which a node may limit in number. */
const fate = (seen: Seen, stimulus: Stimulus): string => {
  const native = seen.podPackets(stimulus).map(({ frame }) => `native on ${frame.port}`);
  const tunnelled = seen.tunnelPackets(stimulus).map(({ outer }) => `tunnelled to ${outer.destination.toString()}`);
  return [...native, ...tunnelled].join(' and ') || 'dropped';
};

/** On the underlay: a router may announce itself to its pods at any time. */
const isRouterAdvertisement = ({ decoded, port }: SeenFrame): boolean => {
  const layer = findLayer(decoded, 'icmpv6');
  return port !== 'P' && layer?.header.type === ROUTER_ADVERTISEMENT;
};

/** How a Teredo client asks its server for a prefix (RFC 4380 section 5.2.1), which no FOU node is. */
const qualification = (t: TestContext): Stimulus => {
  const solicitation = {
    source: Ipv6Address.parse('fe80::8000:5445:5245:444f'),
    destination: Ipv6Address.parse('ff02::2'),
    hopLimit: 255,
    layers: [routerSolicitation()],
    payload: new Uint8Array(0),
  };
  return named(t.fromTunnel(solicitation), 'Router Solicitation as a Teredo client sends it');
};

// RFC 4380: FOU shares the port and the plain data format with Teredo, and nothing else. An address of 2001::/32 means no more than any
// other from outside the overlay, neither as source nor as destination; a solicitation gets no answer; the largest packet is that of
// the profile and not 1280 bytes.
udpArea.case('udp.teredo-facts', async (t) => {
  const pairs = [
    fromClient(t, 'packet to a pod', {}),
    fromClient(t, 'bubble to a pod', BUBBLE),
    fromClient(t, 'packet to the DUT', { destination: t.lab.overlayAddress }),
    toClient(t),
  ];
  const solicitation = qualification(t);
  const largest = named(
    t.fromPod({ lengthBytes: t.tunnelMtuBytes }),
    `pod packet of ${String(t.tunnelMtuBytes)} bytes, the largest of the profile`,
  );
  const seen = await t.exchange(...pairs.flatMap(({ teredo, plain }) => [teredo, plain]), solicitation, largest);
  for (const { teredo, plain } of pairs) {
    const [frame] = seen.of(teredo);
    const what = `what becomes of the ${teredo.title}, as of the ${plain.title}`;
    t.expectEqual(what, fate(seen, teredo), fate(seen, plain), frame === undefined ? {} : { frame });
  }
  t.expectNothing(seen, solicitation);
  const [answer] = seen.control.filter(isRouterAdvertisement);
  t.expectEqual(
    'Router Advertisements',
    answer === undefined ? 'none' : 'sent',
    'none',
    answer === undefined ? {} : { frame: answer },
  );
  const packet = t.expectTunnelled(seen, largest);
  if (packet !== undefined && t.profile.switches.mtuMode === 'dynamic')
    t.expectEqual(`DF of the ${largest.title}`, packet.outer.dontFragment, true, { frame: packet.frame });
});
