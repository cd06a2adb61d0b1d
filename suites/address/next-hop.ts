import { IPV6 } from '../../harness/packet/index.ts';
import { expectNotEncapsulated } from '../security/judging.ts';
import { address } from './area.ts';
import { embeddingOnly } from './mapping-vectors.ts';

// RFC 3056 section 5.3, RFC 5969 section 8: a destination that embeds nothing goes to the node that is its next hop, the relay, and
// nothing of the destination's own bits is taken for an IPv4 address.
address.case(
  'address.relay-next-hop',
  { setup: { switches: { relay: 'configured' } }, notFor: embeddingOnly },
  async (t) => {
    const { outsidePrefix, underlay, n3 } = t.lab;
    // The second one ends in an IPv4 address, the third one has one where a node prefix of the overlay may have its own.
    const low = BigInt(n3.ipv4.toNumber());
    const stimuli = [1n, low, low << 40n].map((bits) => {
      const destination = outsidePrefix.at(bits);
      return { ...t.fromPod({ destination }), title: `pod packet to ${destination.toString()} behind the relay` };
    });
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) {
      const packet = t.expectTunnelled(seen, stimulus, { outerDestination: underlay.relay });
      if (packet === undefined) continue;
      t.expectBytes(`inner packet (${stimulus.title})`, packet.inner, stimulus.inner, {
        frame: packet.frame,
        ignore: (offset) => offset === IPV6.HOP_LIMIT,
      });
    }
  },
);

// RFC 3056 section 2: the prefix changes with the IPv4 address, and the old one ends. What still uses it does not travel under the new
// address, and the node no longer answers for the old one.
address.case('address.renumbering', { notFor: embeddingOnly }, async (t) => {
  const old = t.lab;
  const before = { ...t.fromPod(), title: 'pod packet before the change of address' };
  const sent = t.expectTunnelled(await t.exchange(before), before);
  if (sent !== undefined)
    t.expectEqual('outer source before the change', sent.outer.source.toString(), old.n1.ipv4.toString(), {
      frame: sent.frame,
    });

  await t.restart({ dutIpv4: old.underlay.unassigned.toString() });
  const { lab } = t;
  const renewed = { ...t.fromPod(), title: 'pod packet with a source of the new prefix' };
  const stale = {
    ...t.fromPod({ source: old.n1.pod(), ethernetSource: old.macOf(old.n1.pod()) }),
    title: 'pod packet with a source of the old prefix',
  };
  const inbound = { ...t.fromTunnel(), title: 'tunnel packet to the new address' };
  const staleInbound = {
    ...t.fromTunnel({ destination: old.n1.pod() }, { to: old.n1.ipv4 }),
    title: 'tunnel packet to the old address',
  };
  const mixed = {
    ...t.fromTunnel({ destination: old.n1.pod() }),
    title: 'tunnel packet to the new address for a pod of the old prefix',
  };
  const seen = await t.exchange(renewed, stale, inbound, staleInbound, mixed);
  const packet = t.expectTunnelled(seen, renewed);
  if (packet !== undefined)
    t.expectEqual('outer source after the change', packet.outer.source.toString(), lab.n1.ipv4.toString(), {
      frame: packet.frame,
    });
  expectNotEncapsulated(t, seen, stale, { error: 'allowed' });
  t.expectDelivered(seen, inbound);
  t.expectNothing(seen, staleInbound);
  t.expectNothing(seen, mixed);
});
