import { Ipv6Prefix, type Ipv4Prefix, type Ipv6Address } from '../../harness/address/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { address } from './area.ts';

const notSixRd = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' ? undefined : `the mapping ${mapping.kind} has no parameters`;

interface Parameters6rd {
  readonly what: string;
  readonly domainPrefix: string;
  readonly ipv4Prefix: string;
}

/** No node gets a /64 out of these, or they are no prefixes at all. */
const IMPOSSIBLE: readonly Parameters6rd[] = [
  { what: 'a /33 and 32 embedded bits', domainPrefix: 'fd5a:1234::/33', ipv4Prefix: '0.0.0.0/0' },
  { what: 'a /41 and 24 embedded bits', domainPrefix: 'fd5a:1234:5600::/41', ipv4Prefix: '10.0.0.0/8' },
  { what: 'a /57 and 8 embedded bits', domainPrefix: 'fd5a:1234:5600::/57', ipv4Prefix: '10.0.0.0/24' },
  { what: 'a /40 and 32 embedded bits', domainPrefix: 'fd5a:1234:5600::/40', ipv4Prefix: '0.0.0.0/0' },
  { what: 'an IPv4 mask of 33', domainPrefix: 'fd5a:1234:5600::/40', ipv4Prefix: '10.0.0.0/33' },
];

const traffic = (t: TestContext): readonly [pod: Stimulus, tunnel: Stimulus] => [
  { ...t.fromPod(), title: 'pod packet to N2' },
  { ...t.fromTunnel(), title: 'tunnel packet from N2' },
];

/** A destination that embeds N2 by these parameters, although there is no room for it. */
const destinationOf = ({ lab }: TestContext, { domainPrefix, ipv4Prefix }: Parameters6rd): Ipv6Address | undefined => {
  const prefix = Ipv6Prefix.parse(domainPrefix);
  const embeddedBits = 32 - Number(ipv4Prefix.split('/').at(1));
  if (embeddedBits < 0) return undefined;
  const embedded = BigInt.asUintN(embeddedBits, BigInt(lab.n2.ipv4.toNumber()));
  return prefix.at(embedded << BigInt(128 - prefix.length - embeddedBits));
};

// RFC 5969 sections 4, 7.1.1 and 11: what the prefix and the embedded bits leave must hold a /64, and a mask has 32 bits at most. A node
// that is told otherwise refuses, or carries nothing.
address.case('address.6rd-parameter-bounds', { notFor: notSixRd }, async (t) => {
  for (const vector of IMPOSSIBLE) {
    const { domainPrefix, ipv4Prefix } = vector;
    const { refused } = await t.tryRestart({
      sixRdParameters: { domainPrefix, ipv4Prefix },
      switches: { podSource: 'any' },
    });
    if (refused !== undefined) t.note(`${vector.what}: ${refused}`);
    const actual = refused === undefined ? await activity(t, vector) : 'refused';
    t.expectEqual(`a domain of ${vector.what}:`, actual, ['refused', 'disabled']);
  }
});

/** What a DUT does that has come up. Where nothing may come out at all, no good packet can prove that nothing more will. */
const activity = async (t: TestContext, vector: Parameters6rd): Promise<string> => {
  const destination = destinationOf(t, vector);
  const source = t.lab.native.host;
  const truncated =
    destination === undefined
      ? []
      : [{ ...t.fromPod({ source, destination }), title: `pod packet to ${destination.toString()}` }];
  const stimuli = [...traffic(t), ...truncated];
  const seen = await t.exchange(...stimuli);
  const carried = stimuli.some(
    (stimulus) => seen.tunnelPackets(stimulus).length > 0 || (stimulus.port === 'U' && seen.of(stimulus).length > 0),
  );
  return carried ? 'in use' : 'disabled';
};

// RFC 5969 section 7.1.1: bits behind the length of a prefix are no part of it. A node refuses such a configuration, or ignores them.
address.case('address.6rd-parameter-bounds', { variant: 'host-bits', notFor: notSixRd }, async (t) => {
  const { mapping } = t.profile;
  if (mapping.kind !== '6rd') return;
  const usual = { domainPrefix: mapping.domainPrefix.toString(), ipv4Prefix: mapping.ipv4Prefix.toString() };
  const vectors = [
    { ...usual, domainPrefix: withHostBit6(mapping.domainPrefix) },
    { ...usual, ipv4Prefix: withHostBit4(mapping.ipv4Prefix) },
  ];
  for (const sixRdParameters of vectors) {
    const { refused } = await t.tryRestart({ sixRdParameters });
    const what = `${sixRdParameters.domainPrefix} + ${sixRdParameters.ipv4Prefix}`;
    if (refused !== undefined) {
      t.expectEqual(`a domain of ${what}:`, 'refused', ['refused', 'as without the bits behind the length']);
      continue;
    }
    const [pod, tunnel] = traffic(t);
    const seen = await t.exchange(pod, tunnel);
    t.expectTunnelled(seen, pod, { outerDestination: t.lab.n2.ipv4 });
    t.expectDelivered(seen, tunnel);
  }
});

/** The last bit of the address, which is behind every length but the full one. */
const withHostBit6 = (prefix: Ipv6Prefix): string => `${prefix.at(1).toString()}/${String(prefix.length)}`;
const withHostBit4 = (prefix: Ipv4Prefix): string => `${prefix.at(1).toString()}/${String(prefix.length)}`;
