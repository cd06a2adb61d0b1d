import { Ipv6Address } from '../../harness/address/index.ts';
import type { Lab } from '../../harness/lab/index.ts';
import type { SeededRandom } from '../../harness/random.ts';
import { onLinkNodes } from '../on-link-nodes.ts';
import { moveN2BehindSecondPort, SECOND_UNDERLAY_PORT } from '../two-underlay-ports.ts';
import { address } from './area.ts';
import { embeddingOnly } from './mapping-vectors.ts';

// RFC 3056 section 3, RFC 5969 section 9: the IPv4 address that the node's own prefix embeds is the outer source of what it
// encapsulates, whatever address a route would choose, and packets to it are accepted.
address.case(
  'address.own-embedded-is-outer-source',
  { setup: SECOND_UNDERLAY_PORT, notFor: embeddingOnly },
  async (t) => {
    await moveN2BehindSecondPort(t);
    const embedded = t.lab.map?.embeddedIpv4(t.lab.n1.pod());
    if (embedded === undefined) return;
    const nodes = onLinkNodes(t.lab, 3);
    const outbound = nodes.map(({ ipv4, pod }) => ({
      ...t.fromPod({ destination: pod() }),
      title: `pod packet to node ${ipv4.toString()}`,
    }));
    // Behind the second port, N2 is no legal sender on the first one where strictRpf=on.
    const senders = t.profile.switches.strictRpf === 'on' ? nodes.slice(1) : nodes;
    const inbound = senders.map(({ ipv4, pod }) => ({
      ...t.fromTunnel({ source: pod() }, { from: ipv4, to: embedded }),
      title: `tunnel packet from ${ipv4.toString()} to the embedded address ${embedded.toString()}`,
    }));
    const seen = await t.exchange(...outbound, ...inbound);
    for (const stimulus of outbound) {
      const packet = t.expectTunnelled(seen, stimulus);
      if (packet === undefined) continue;
      const { frame, outer } = packet;
      t.expectEqual(`outer source (${stimulus.title})`, outer.source.toString(), embedded.toString(), { frame });
    }
    for (const stimulus of inbound) t.expectDelivered(seen, stimulus);
  },
);

// RFC 3056 sections 2 and 5.9, RFC 6343 section 4.1: 6to4 must not be activated on a private IPv4 address. A node that has no
// other refuses to start, or sends nothing.
address.case(
  'address.private-ipv4-6to4',
  { notFor: ({ switches }) => (switches.privateV4 === 'allow' ? 'privateV4=allow permits it' : undefined) },
  async (t) => {
    const { refused } = await t.tryRestart({ dutIpv4: '10.0.0.1' });
    const expected = ['refused to start', 'silent'];
    if (refused !== undefined) {
      t.note(`refused: ${refused}`);
      t.expectEqual('6to4 on 10.0.0.1', 'refused to start', expected);
      return;
    }
    const stimulus = {
      ...t.fromPod({ destination: Ipv6Address.parse('2002:c000:214::1') }),
      title: 'pod packet to 2002:c000:214::1 on a node that has only 10.0.0.1',
    };
    const seen = await t.exchange(stimulus);
    // Where nothing may come out at all, no good packet can prove that nothing more will: ARP after the stimulus has to do.
    const [frame] = seen.of(stimulus).filter(({ port }) => port !== 'P');
    const shown = frame === undefined ? {} : { frame };
    t.expectEqual('6to4 on 10.0.0.1', frame === undefined ? 'silent' : 'active', expected, shown);
  },
);

// RFC 3056 sections 2 and 5.3, RFC 5969 section 4: the bits behind the embedded address, subnet and interface identifier, have
// no influence on the outer destination, and the last 32 bits least of all.
address.case('address.trailing-bits-ignored', { notFor: embeddingOnly }, async (t) => {
  const { n2 } = t.lab;
  const stimuli = trailingBits(t.lab, t.random).map((bits) => {
    const destination = Ipv6Address.fromBigInt(n2.nodePrefix.address.toBigInt() | bits);
    return { ...t.fromPod({ destination }), title: `pod packet to ${destination.toString()}` };
  });
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) t.expectTunnelled(seen, stimulus, { outerDestination: n2.ipv4 });
});

const PACKETS = 64;

/** 64 ways to fill what is behind the node prefix: look-alikes of other mechanisms first, then anything. */
const trailingBits = ({ n2, n3, underlay }: Lab, random: SeededRandom): readonly bigint[] => {
  const interfaceIds = [
    0n,
    0xffff_ffff_ffff_ffffn,
    0xffff_0000n,
    0x0000_5efe_0a00_0001n,
    0x0200_5efe_0a00_0001n,
    ...[n3.ipv4, underlay.gatewayA, underlay.relay].flatMap((other) => {
      const low = BigInt(other.toNumber());
      // Plain, and as ISATAP spells a private and a global address (RFC 5214 section 6.1).
      return [low, 0x0000_5efe_0000_0000n | low, 0x0200_5efe_0000_0000n | low, 0x0000_ffff_0000_0000n | low];
    }),
  ];
  const subnets = (1n << BigInt(64 - n2.nodePrefix.length)) - 1n;
  const draw = (): bigint => (BigInt(random.nextUint32()) << 32n) | BigInt(random.nextUint32());
  return Array.from({ length: PACKETS }, (_, index) => {
    const interfaceId = interfaceIds[index] ?? draw();
    const subnet = index === 1 ? subnets : draw() & subnets;
    return (subnet << 64n) | interfaceId;
  });
};
