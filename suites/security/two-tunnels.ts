import { Ipv6Address } from '../../harness/address/index.ts';
import { NO_REMOTE, SECOND_REMOTE } from '../../harness/lab/index.ts';
import { findLayer } from '../../harness/packet/index.ts';
import { isDeclared } from '../../harness/profile/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectDroppedBeside, isIcmpv4Error } from '../decap/judging.ts';
import { embedsNothing, named, pairsMayDiffer, unless } from '../decap/vectors.ts';
import { otherMechanism } from '../second-tunnel.ts';
import { security } from './area.ts';

/** The reaction to a packet, as whoever forged its source would see it. */
const reactionTo = (seen: Seen, stimulus: Stimulus): string => {
  const kinds = seen.of(stimulus).map((frame) => {
    const error = isIcmpv4Error(frame) ? findLayer(frame.decoded, 'icmpv4')?.header : undefined;
    return error === undefined
      ? `a frame on ${frame.port}`
      : `ICMPv4 type ${String(error.type)} code ${String(error.code)}`;
  });
  return kinds.length === 0 ? 'nothing' : kinds.join(' and ');
};

const PROTOCOL_UNREACHABLE = 'ICMPv4 type 3 code 2';
const MAPPED_SOURCE = Ipv6Address.parse('::ffff:192.0.2.1');

/** Who asks: the remote end of the second tunnel, when there is one, and somebody to whom there never is one. */
const ASKING = [
  { from: SECOND_REMOTE, hasTunnel: true },
  { from: NO_REMOTE, hasTunnel: false },
] as const;

interface Question {
  readonly what: string;
  readonly hasTunnel: boolean;
  readonly stimulus: Stimulus;
}

/** Packets that no tunnel may take: to another own address, and with an inner source that nobody may have. */
const unacceptable = (t: TestContext, when: string): Question[] =>
  ASKING.flatMap(({ from, hasTunnel }) =>
    [
      { what: 'to the second own IPv4 address', inner: {}, outer: { from, to: t.lab.underlay.dutSecondary } },
      { what: 'with an IPv4-mapped inner source', inner: { source: MAPPED_SOURCE }, outer: { from } },
    ].map(({ what, inner, outer }) => ({
      what,
      hasTunnel,
      stimulus: named(t.fromTunnel(inner, outer), `tunnel packet from ${from.toString()} ${what} ${when}`),
    })),
  );

const reactionsTo = async (t: TestContext, questions: readonly Question[]): Promise<readonly string[]> => {
  const seen = await t.exchange(...questions.map(({ stimulus }) => stimulus));
  return questions.map(({ stimulus }) => reactionTo(seen, stimulus));
};

// RFC 4213 section 5: whoever sends packets with forged sources must not learn from the answers which tunnels there are. What no tunnel
// takes is treated alike, whether or not there is a tunnel to the sender. A node may hold errors back; then it does so to the one as to
// the other, and what changes for him to whom there is no tunnel either way says that it did.
security.case('security.no-tunnel-oracle', { errors: 'expected' }, async (t) => {
  const first = unacceptable(t, `without a tunnel to ${SECOND_REMOTE.toString()}`);
  const before = await reactionsTo(t, first);
  const answersStranger = first.some(({ hasTunnel }, index) => !hasTunnel && before[index] === PROTOCOL_UNREACHABLE);
  const reportsUnknownProtocols = isDeclared(t.profile, 'mismatchIcmp')
    ? t.profile.switches.mismatchIcmp === 'protocol-unreachable'
    : answersStranger;
  await t.restart({ secondTunnel: `6in4,mismatchIcmp=${t.profile.switches.mismatchIcmp}` });
  const questions = unacceptable(t, `with a tunnel to ${SECOND_REMOTE.toString()}`);
  const after = await reactionsTo(t, questions);
  questions.forEach(({ what, hasTunnel, stimulus }, index) => {
    const [was = '', is = ''] = [before[index], after[index]];
    if (!hasTunnel) {
      if (is !== was) t.doubt(`Reaction to the ${stimulus.title}: ${is}, before that ${was}, although nothing changed`);
      return;
    }
    // RFC 4213 section 3.6 lets such a node answer what fits no tunnel, and by that it cannot help showing what fits one.
    if (what !== 'to the second own IPv4 address' && reportsUnknownProtocols) return;
    t.expectEqual(`reaction to the ${stimulus.title}:`, is, was);
  });
});

const judgeMechanisms = async (t: TestContext): Promise<void> => {
  const overlays = [t.lab, t.secondLab];
  const spoofed = overlays.flatMap((forged) =>
    overlays.map((reached) =>
      named(
        t.fromTunnel(
          { source: forged.n2.pod(), destination: reached.n1.pod() },
          { from: forged.n3.ipv4, to: reached.n1.ipv4 },
        ),
        `tunnel packet from N3 with the inner source ${forged.n2.pod().toString()} of N2 for ${reached.n1.pod().toString()}`,
      ),
    ),
  );
  const valid = overlays.map(({ n1, n2 }) =>
    named(
      t.fromTunnel({ source: n2.pod(), destination: n1.pod() }, { to: n1.ipv4 }),
      `tunnel packet from N2 with its own inner source ${n2.pod().toString()}`,
    ),
  );
  await expectDroppedBeside(t, valid, spoofed);
};

// RFC 3964 section 6.1: two automatic mechanisms on one IPv4 address. What one of them refuses as forged must not pass because the
// other sees nothing wrong with it.
security.case('security.weakest-mechanism', { notFor: unless(embedsNothing, pairsMayDiffer) }, async (t) => {
  await t.restart(otherMechanism(t.profile));
  await judgeMechanisms(t);
});

// The same where each has an IPv4 address of its own, which that section advises.
security.case(
  'security.weakest-mechanism',
  { variant: 'two-addresses', notFor: unless(embedsNothing, pairsMayDiffer) },
  async (t) => {
    await t.restart({ ...otherMechanism(t.profile), secondTunnelOnSecondAddress: true });
    await judgeMechanisms(t);
  },
);
