import { Ipv6Address, Ipv6Prefix } from '../../harness/address/index.ts';
import { icmpv6EchoRequest, MacAddress } from '../../harness/packet/index.ts';
import type { Icmpv6Message, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from '../decap/vectors.ts';
import { config } from './area.ts';

const SIX_TO_FOUR = Ipv6Prefix.parse('2002::/16');
const ALL_NODES = Ipv6Address.parse('ff02::1');

// RFC 7526 section 5 and RFC 3056 section 2.1 want the address selection of RFC 6724, where a source is of the same kind as the destination (section 5, rule 6). What the
// node originates towards native hosts shows it: the reply to a group must come from the link of the request (RFC 4443 section 4.2); an error may have
// another source where that says more (section 2.2).
config.case('config.address-selection', { errors: 'expected' }, async (t) => {
  const { lab } = t;
  const { host, routedPrefix, router, dutAddress } = lab.native;
  const toGroup = named(
    t.fromPod({
      source: host,
      destination: ALL_NODES,
      hopLimit: 255,
      layers: [icmpv6EchoRequest({ identifier: 0x4172, sequence: 1 })],
      ethernetDestination: MacAddress.forIpv6Multicast(ALL_NODES),
    }),
    'echo request from a native host to ff02::1',
  );
  const expired = (source: Ipv6Address, who: string): Stimulus => {
    const ethernetSource = lab.macOf(source.equals(host) ? host : router);
    return named(t.fromPod({ source, hopLimit: 1, ethernetSource }), `packet of ${who} with hop limit 1`);
  };
  const fromNative = [expired(host, 'a native host'), expired(routedPrefix.at(5), 'a host behind a native router')];
  const from6to4 = named(
    t.fromTunnel({ source: lab.n2.pod(2), hopLimit: 1 }),
    'packet of a 6to4 host with hop limit 1',
  );
  const seen = await t.exchange(toGroup, ...fromNative, from6to4);

  const reply = t.echoReply(seen, toGroup);
  if (reply === undefined) t.note('No reply to an echo request to a group, which RFC 4443 section 4.2 allows');
  else expectNativeSource(t, reply, toGroup, [dutAddress, lab.podGateway], false);
  for (const stimulus of fromNative) {
    const error = t.expectIcmpv6(seen, stimulus, { type: 3, codes: [0], via: 'P' });
    if (error !== undefined) expectNativeSource(t, error, stimulus, [dutAddress], true);
  }
  const error = t.expectIcmpv6(seen, from6to4, { type: 3, codes: [0], via: lab.n2.ipv4 });
  if (error !== undefined) {
    const source = error.header.source.toString();
    t.expectEqual(`source towards a 6to4 host`, source, lab.overlayAddress.toString(), { frame: error.frame });
  }
});

const expectNativeSource = (
  t: TestContext,
  { frame, header }: Icmpv6Message,
  stimulus: Stimulus,
  legal: readonly Ipv6Address[],
  mayDiffer: boolean,
): void => {
  const tolerated = mayDiffer && (SIX_TO_FOUR.contains(header.source) || header.source.equals(t.lab.podGateway));
  t.expectEqual(`source towards a native host (${stimulus.title})`, header.source.toString(), legal.map(String), {
    frame,
    tolerated,
  });
};

/** Host parts, on the underlay segment, of addresses that are nobody's in the lab. */
const SPARE_HOSTS = [200, 150, 9, 6] as const;

// RFC 4213 section 3.5: where a node has several addresses, the outer source can be set. With each value, what leaves has it as its source, and what comes to it
// is for the tunnel.
config.case('config.source-address-settable', { fresh: true }, async (t) => {
  const { map, underlay } = t.lab;
  const settings = SPARE_HOSTS.map((host) => underlay.segment.at(host))
    .filter((address) => map === undefined || map.ipv4Prefix.contains(address))
    .slice(0, 2);
  if (settings.length === 0) t.skip('The mapping has no room for another address of the node');
  for (const address of settings) {
    await t.restart({ dutIpv4: address.toString() });
    const leaving = named(t.fromPod(), `pod packet from a node set to ${address.toString()}`);
    const arriving = named(t.fromTunnel({}, { to: address }), `tunnel packet to ${address.toString()}`);
    const seen = await t.exchange(leaving, arriving);
    const packet = t.expectTunnelled(seen, leaving);
    if (packet !== undefined) {
      const { frame, outer } = packet;
      t.expectEqual('outer source', outer.source.toString(), address.toString(), { frame });
    }
    t.expectDelivered(seen, arriving);
  }
});
