import { Ipv6Address, Ipv6Prefix, type Ipv4Address } from '../../harness/address/index.ts';
import type { LabNode } from '../../harness/lab/index.ts';
import { isDeclared, type Profile } from '../../harness/profile/index.ts';
import type { SetupChanges, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectDroppedBeside } from '../decap/judging.ts';
import { embedsNothing, named } from '../decap/vectors.ts';
import { otherMechanism } from '../second-tunnel.ts';
import { expectNotEncapsulated } from '../security/judging.ts';
import { loop } from './area.ts';

const SIX_TO_FOUR = Ipv6Prefix.parse('2002::/16');
/** Nothing else stops the packets first. */
const CHECKING = { foreignPrefixCheck: 'on', podSource: 'any', nativeInnerSrc: 'accept' } as const;

/** A DUT with two automatic tunnels that checks what RFC 6324 section 3.3 asks for. */
const checking = (profile: Profile): SetupChanges => ({
  ...otherMechanism(profile),
  switches: CHECKING,
});

/** Beside 6to4 and in its own prefix there are no foreign 6to4 addresses. */
const withoutSixToFourBeside = ({ mapping }: Profile): string | undefined => {
  if (mapping.kind !== '6rd') return 'foreign addresses in 6to4 form are those of a 6rd node';
  return SIX_TO_FOUR.covers(mapping.domainPrefix) ? 'the domain is a part of 6to4' : undefined;
};

/** Addresses behind a node of another overlay. */
const pairOf = (node: LabNode): readonly Ipv6Address[] => [node.pod(), node.nodePrefix.at(0xbeefn)];

/**
 * Addresses that embed the DUT's second IPv4 address in the other mechanism's prefix. Those of its first one are its own: it has pods
 * with them.
 */
const besideOwn = ({ lab, secondLab }: TestContext): readonly Ipv6Address[] =>
  pairOf(secondLab.node(lab.underlay.dutSecondary));

/** The same in 6to4 form, for a node that has no 6to4: the prefix is known to everybody (RFC 3056 section 2). */
const inSixToFour = ({ lab }: TestContext): readonly Ipv6Address[] =>
  [lab.underlay.dut, lab.underlay.dutSecondary].flatMap((own) => {
    const prefix = sixToFourPrefix(own);
    return [prefix.at(1), prefix.at((1n << 64n) + 0x10n)];
  });

const sixToFourPrefix = (ipv4: Ipv4Address): Ipv6Prefix =>
  Ipv6Prefix.of(Ipv6Address.fromBigInt((0x2002n << 112n) | (BigInt(ipv4.toNumber()) << 80n)), 48);

const judgeDecapsulation = async (t: TestContext, destinations: readonly Ipv6Address[]): Promise<void> => {
  // The source is of the first overlay and right for N2, so nothing else is wrong with the packet.
  const stimuli = destinations.map((destination) =>
    named(
      t.fromTunnel({ destination }),
      `tunnel packet of the first overlay for ${destination.toString()}, which embeds an own IPv4 address`,
    ),
  );
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'tunnel packet for a pod of the first overlay')], stimuli);
};

// RFC 6324 section 3.3: a node drops what comes out of a tunnel for an address that embeds its own IPv4 address in the prefix of another
// mechanism; otherwise its second tunnel would send the packet to the node itself, or to one that sends it back.
loop.case('loop.foreign-prefix-decap', { notFor: embedsNothing }, async (t) => {
  await t.restart(checking(t.profile));
  await judgeDecapsulation(t, besideOwn(t));
});

loop.case(
  'loop.foreign-prefix-decap',
  { variant: '6to4', setup: { switches: CHECKING }, notFor: withoutSixToFourBeside },
  (t) => judgeDecapsulation(t, inSixToFour(t)),
);

const judgeEncapsulation = async (t: TestContext, sources: readonly Ipv6Address[]): Promise<void> => {
  const { lab } = t;
  const onPods = (source: Ipv6Address, title: string): Stimulus =>
    named(t.fromPod({ source, ethernetSource: lab.macOf(lab.n1.pod()) }), title);
  const stimuli = sources.map((source) =>
    onPods(
      source,
      `packet on P for the first overlay with the source ${source.toString()}, which embeds an own IPv4 address`,
    ),
  );
  const controls = [
    named(t.fromPod(), 'pod packet with a source of the first overlay'),
    onPods(lab.outsidePrefix.at(9), 'packet on P for the first overlay with a native source'),
  ];
  const seen = await t.exchange(...stimuli, ...controls);
  for (const stimulus of stimuli) expectNotEncapsulated(t, seen, stimulus, { error: 'allowed' });
  for (const control of controls) t.expectTunnelled(seen, control);
};

// The same on the way in: what enters a tunnel with a source that embeds an own IPv4 address in the prefix of another mechanism has come
// round.
loop.case('loop.foreign-prefix-encap', { notFor: embedsNothing }, async (t) => {
  const { profile } = t;
  await t.restart(checking(profile));
  await judgeEncapsulation(t, besideOwn(t));
  if (profile.switches.foreignPrefixCheck === 'off' && isDeclared(profile, 'foreignPrefixCheck'))
    await judgeUnchecked(t);
});

/** A node that is declared not to check takes such a packet for one like any other. */
const judgeUnchecked = async (t: TestContext): Promise<void> => {
  await t.restart({ switches: { ...CHECKING, foreignPrefixCheck: 'off' } });
  const stimuli = besideOwn(t).map((source) =>
    named(
      t.fromPod({ source, ethernetSource: t.lab.macOf(t.lab.n1.pod()) }),
      `packet on P with the source ${source.toString()}, which the node is declared not to check`,
    ),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) t.expectTunnelled(seen, stimulus);
};

loop.case(
  'loop.foreign-prefix-encap',
  { variant: '6to4', setup: { switches: CHECKING }, notFor: withoutSixToFourBeside },
  (t) => judgeEncapsulation(t, inSixToFour(t)),
);
