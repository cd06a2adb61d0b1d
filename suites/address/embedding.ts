import { Ipv4Address, Ipv6Address } from '../../harness/address/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { address } from './area.ts';
import {
  LITERAL_VECTORS,
  MATRIX,
  profileTextWith,
  randomRemotes,
  TWO_NODE_DOMAIN,
  type MappingVector,
  type Remote,
} from './mapping-vectors.ts';

const sixRdOnly = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' ? undefined : 'the profile is no 6rd domain';

const RANDOM_REMOTES = 20;
const MATRIX_PICKS = 1;

// RFC 5969 sections 4, 7 and 11: a node's prefix is the domain prefix and, directly behind it, the IPv4 bits that the nodes do
// not have in common; the outer destination is put together from the common bits and those bits of the inner destination,
// whether or not the lengths are multiples of eight. What arrives from the node that an inner source embeds is accepted.
address.case('address.6rd-embedded-bits', { notFor: sixRdOnly }, async (t) => {
  const base = t.profile;
  // The domain of two nodes comes last, because its DUT address would stay for the set-ups after it.
  const vectors = [...LITERAL_VECTORS, ...t.random.shuffle(MATRIX).slice(0, MATRIX_PICKS), TWO_NODE_DOMAIN];
  const refusals: string[] = [];
  for (const vector of vectors) {
    const { refused } = await t.tryRestart({
      profileText: profileTextWith(base, vector.domain),
      ...(vector.dutIpv4 === undefined ? {} : { dutIpv4: vector.dutIpv4 }),
    });
    if (refused === undefined) await judgeMapping(t, vector, remotesOf(t, vector));
    else refusals.push(`${vector.name} (${vector.domain}): ${refused}`);
  }
  for (const refusal of refusals) t.note(`not supported: ${refusal}`);
  if (refusals.length === vectors.length) t.skip(`The target supports no other 6rd domain: ${refusals.join('; ')}`);
});

const remotesOf = (t: TestContext, { remote }: MappingVector): readonly Remote[] => [
  ...(remote === undefined ? [] : [remote]),
  ...randomRemotes(t.lab, t.random, RANDOM_REMOTES),
];

// RFC 3056 section 2: 2002::/16 is followed by the 32 bits of the IPv4 address in network order, and bits 16 to 47 of the inner
// destination are the outer one: octets of zero, of 0xff and with the high bit set come through like any other.
address.case('address.6to4-embedded-bits', { fresh: true }, async (t) => {
  const vectors: readonly (readonly [overlay: string, ipv4: string])[] = [
    ['2002:102:304::200', '1.2.3.4'],
    ['2002:c633:64ff::200', '198.51.100.255'],
    ['2002:cb00:7180::200', '203.0.113.128'],
    ['2002:c633:1::200', '198.51.0.1'],
    ['2002:80ff:ff7f:ffff::200', '128.255.255.127'],
    ['2002:dfff:fffe::200', '223.255.255.254'],
    ['2002:c000:214:1::200', '192.0.2.20'],
  ];
  const remotes = vectors.map(([overlay, ipv4]) => ({
    overlay: Ipv6Address.parse(overlay),
    ipv4: Ipv4Address.parse(ipv4),
  }));
  await judgeMapping(t, { name: '6to4' }, remotes);
});

/**
 * A pod sends to every remote, and every remote to a pod. A remote behind a gateway comes first and cold: a DUT that uses the
 * next hop of its first packet for all of them still reaches them, and its next hops are not the question here.
 */
const judgeMapping = async (
  t: TestContext,
  { name }: Pick<MappingVector, 'name'>,
  remotes: readonly Remote[],
): Promise<void> => {
  const { segment } = t.lab.underlay;
  const farFirst = [...remotes].sort((a, b) => Number(segment.contains(a.ipv4)) - Number(segment.contains(b.ipv4)));
  const outbound = farFirst.map(({ ipv4, overlay }) => ({
    ipv4,
    stimulus: {
      ...t.fromPod({ destination: overlay }),
      title: `${name}: pod packet to ${overlay.toString()} of node ${ipv4.toString()}`,
    },
  }));
  const inbound = farFirst.map(({ ipv4, overlay }) => ({
    ...t.fromTunnel({ source: overlay }, { from: ipv4 }),
    title: `${name}: tunnel packet from ${overlay.toString()} of node ${ipv4.toString()}`,
  }));
  const [first, ...others] = outbound;
  if (first === undefined) return;
  const cold = await t.coldExchange(first.stimulus);
  t.expectTunnelled(cold, first.stimulus, { outerDestination: first.ipv4 });
  const seen = await t.exchange(...others.map(({ stimulus }) => stimulus), ...inbound);
  for (const { ipv4, stimulus } of others) t.expectTunnelled(seen, stimulus, { outerDestination: ipv4 });
  for (const stimulus of inbound) t.expectDelivered(seen, stimulus);
};
