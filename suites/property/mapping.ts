import fc from 'fast-check';
import { Ipv4Prefix, Ipv6Prefix, Ipv4Address, Ipv6Address } from '../../harness/address/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { profileTextWith, randomRemotes, type Remote } from '../address/mapping-vectors.ts';
import { property } from './area.ts';
import { checkProperty } from './check.ts';

const REMOTES_PER_DOMAIN = 25;
/** A set-up costs as much as thousands of packets on a machine that boots its interfaces, so a soak does not get one for each. */
const PACKETS_PER_DOMAIN = 100;
const MAXIMUM_DOMAINS = 60;
const SUBNET_BITS = 64;

interface Domain {
  readonly ipv6Length: number;
  readonly ipv4Length: number;
  /** Bits of the domain prefix behind `fd`, the first of them not all zero. */
  readonly ipv6Bits: number;
  readonly ipv4Bits: number;
}

/**
 * 6rd domains that leave a /64 to each node, with room for the lab in what the nodes do not have in common. Below fd00::/8 (RFC 4193),
 * where nothing else of the lab is, and below 10.0.0.0/8 as far as the common bits go.
 */
const domains: fc.Arbitrary<Domain> = fc
  .record({
    ipv4Length: fc.integer({ min: 0, max: 24 }),
    slack: fc.nat(48),
    ipv6Bits: fc.nat(0xffffffff),
    ipv4Bits: fc.nat(0xffffff),
  })
  .map(({ ipv4Length, slack, ipv6Bits, ipv4Bits }) => {
    const longest = SUBNET_BITS - (32 - ipv4Length);
    return { ipv4Length, ipv6Length: Math.max(16, longest - slack), ipv6Bits, ipv4Bits };
  });

const domainText = ({ ipv6Length, ipv4Length, ipv6Bits, ipv4Bits }: Domain): string => {
  // 0xfd and a second octet that is not 0, then random bits as far as the length goes.
  const bits = (0xfdn << 120n) | (1n << 112n) | (BigInt(ipv6Bits) << 81n) | (BigInt(ipv6Bits) << 64n);
  const ipv6 = Ipv6Prefix.of(Ipv6Address.fromBigInt(bits & ((1n << 128n) - 1n)), ipv6Length);
  const ipv4 = Ipv4Prefix.of(Ipv4Address.fromNumber(0x0a000000 | ipv4Bits), ipv4Length);
  return `${ipv6.toString()}+${ipv4.toString()}`;
};

const sixRdOnly = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' ? undefined : 'the profile is no 6rd domain';

/** One packet to, or from, a node of the domain at hand. */
interface Trip {
  readonly remote: Remote;
  readonly outbound: boolean;
}

const trips = (remotes: readonly Remote[]): fc.Arbitrary<Trip> =>
  fc.record({ remote: fc.constantFrom(...remotes), outbound: fc.boolean() });

/** What a pod sends to a node reaches that node; what the node sends back is believed and reaches the pod. */
const judgeDomain = async (t: TestContext, text: string): Promise<void> => {
  const remotes = randomRemotes(t.lab, t.random, REMOTES_PER_DOMAIN);
  if (remotes.length === 0) return;
  const inWords = ({ ipv4, overlay }: Remote): string => `${overlay.toString()} of node ${ipv4.toString()} (${text})`;
  await checkProperty<Trip>(
    t,
    {
      arbitrary: trips(remotes),
      stimulus: ({ remote, outbound }) =>
        outbound
          ? { ...t.fromPod({ destination: remote.overlay }), title: `pod packet to ${inWords(remote)}` }
          : {
              ...t.fromTunnel({ source: remote.overlay }, { from: remote.ipv4 }),
              title: `tunnel packet from ${inWords(remote)}`,
            },
      judge: (seen, stimulus, { remote, outbound }) => {
        if (outbound) t.expectTunnelled(seen, stimulus, { outerDestination: remote.ipv4 });
        else t.expectDelivered(seen, stimulus);
      },
    },
    REMOTES_PER_DOMAIN * 2,
  );
};

// RFC 5969 sections 4 and 7: whatever the lengths of domain prefix and common IPv4 bits, an inner destination leads to the node whose bits
// it embeds, and that node's own addresses are the ones that it may send from.
property.case('address.6rd-embedded-bits', { variant: 'property', exhaustive: true, notFor: sixRdOnly }, async (t) => {
  const base = t.profile;
  const count = Math.max(4, Math.min(MAXIMUM_DOMAINS, Math.ceil(t.propertyPackets / PACKETS_PER_DOMAIN)));
  const texts = fc.sample(domains, { seed: t.random.nextUint32() | 0, numRuns: count }).map(domainText);
  let refusal: string | undefined;
  let accepted = 0;
  for (const text of texts) {
    const { refused } = await t.tryRestart({ profileText: profileTextWith(base, text) });
    if (refused === undefined) {
      accepted += 1;
      await judgeDomain(t, text);
    } else refusal = `${text}: ${refused}`;
  }
  if (accepted === 0) t.skip(`The target supports no other 6rd domain: ${refusal ?? ''}`);
  if (refusal !== undefined)
    t.note(`${String(count - accepted)} of ${String(count)} domains not supported, e.g. ${refusal}`);
});
