import { Ipv4Address } from '../../harness/address/index.ts';
import type { Ipv6Address } from '../../harness/address/index.ts';
import type { Lab, LabNode } from '../../harness/lab/index.ts';
import { concat, icmpv6EchoRequest, type Layer } from '../../harness/packet/index.ts';
import { overheadBytes, type Profile } from '../../harness/profile/index.ts';
import type { SetupChanges, Stimulus, TestContext } from '../../harness/tester/context.ts';

/** The same stimulus under a name that a failure can show; this object, not the old one, goes on to the expectations. */
export const named = (stimulus: Stimulus, title: string): Stimulus => ({ ...stimulus, title });

/** Bytes behind the outer packet: link-layer padding, which no length field counts. */
export const withTrailer = (stimulus: Stimulus, bytes: Uint8Array): Stimulus => ({
  ...stimulus,
  frame: concat(stimulus.frame, bytes),
});

export const ipv4 = (text: string): Ipv4Address => Ipv4Address.parse(text);

/** The words of some lines of text; a line holds what belongs together. */
export const words = (...lines: readonly string[]): string[] => lines.flatMap((line) => line.split(' '));

/** The address with one bit inverted; bit 0 is the most significant one. */
export const flipped = (address: Ipv4Address, bit: number): Ipv4Address =>
  Ipv4Address.fromNumber((address.toNumber() ^ (0x8000_0000 >>> bit)) >>> 0);

/** The bits of a node's IPv4 address that its IPv6 prefix carries; none on a configured tunnel. */
export const embeddedBits = ({ map }: Lab): number[] =>
  map === undefined
    ? []
    : Array.from({ length: 32 - map.ipv4Prefix.length }, (_, index) => map.ipv4Prefix.length + index);

/** Nodes from which the DUT must take packets: every node of an embedding overlay, the remote end of a configured tunnel. */
export const peers = ({ map, n2, n3 }: Lab): LabNode[] => (map === undefined ? [n2] : [n2, n3]);

/**
 * A DUT that believes inner sources from outside, both of the tunnel and of pods, so that the checks behind that one are seen at
 * work. One set-up for the cases of either direction.
 */
export const ANY_INNER_SOURCE = {
  switches: { nativeInnerSrc: 'accept', podSource: 'any' },
} as const satisfies SetupChanges;

/** An address that no overlay node owns. */
export const outsideAddress = (lab: Lab): Ipv6Address => lab.outsidePrefix.at(9);

/** Why what concerns embedded addresses says nothing of a profile; a configured tunnel in UDP counts as `fou` all the same. */
export const embedsNothing = ({ mapping }: Profile): string | undefined =>
  mapping.kind === '6rd' || mapping.kind === '6to4' ? undefined : 'the prefixes of nodes embed no addresses';

/** RFC 3056 section 9 alone leaves the comparison of inner and outer source to the node. */
export const pairsMayDiffer = (profile: Profile): string | undefined =>
  profile.switches.sourcePair === 'strict' || embedsNothing(profile) !== undefined
    ? undefined
    : 'sourcePair=legacy-3056 makes the check optional';

/** The first reason that one of the questions has. */
export const unless =
  (...questions: readonly ((profile: Profile) => string | undefined)[]) =>
  (profile: Profile): string | undefined =>
    questions.map((question) => question(profile)).find((reason) => reason !== undefined);

/** Why a variant in which the border relay sends from outside the overlay would show nothing new. */
export const anybodyMaySendOutside = ({ mapping, switches }: Profile): string | undefined =>
  mapping.kind === '6rd' && switches.nativeInnerSrc === 'br-only'
    ? undefined
    : `nativeInnerSrc=${switches.nativeInnerSrc}: the border relay has no privilege that the case without variant does not show`;

/** Bytes in front of the inner packet, from the outer IPv4 header on. */
export const outerOverheadBytes = (profile: Profile): number => overheadBytes(profile);

/** An echo request, which shows by its reply that the DUT's own stack has got it; the mark follows as its data. */
export const echoLayers = (): readonly Layer[] => [icmpv6EchoRequest({ identifier: 0x4136, sequence: 1 })];

/** A tunnel packet from N2 whose inner destination is a pod and, beside it, an echo request to the DUT's own address. */
export const toPodAndSelf = (
  t: TestContext,
  title: string,
  fields: Parameters<TestContext['fromTunnel']>[1],
  source: Ipv6Address = t.lab.n2.pod(),
): Stimulus[] => [
  named(t.fromTunnel({ source }, fields), `${title} (inside: UDP to a pod)`),
  named(
    t.fromTunnel({ source, destination: t.lab.overlayAddress, layers: echoLayers() }, fields),
    `${title} (inside: an echo request to the DUT)`,
  ),
];
