import { Ipv6Address } from '../../harness/address/index.ts';
import { findLayer } from '../../harness/packet/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectDroppedBeside, isIcmpv4Error } from '../decap/judging.ts';
import { embedsNothing, named } from '../decap/vectors.ts';
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

const MAPPED_SOURCE = Ipv6Address.parse('::ffff:192.0.2.1');

/** Packets of N3 that no tunnel may take: to another own address, and with an inner source that nobody may have. */
const unacceptable = (t: TestContext, when: string): Stimulus[] => {
  const { underlay } = t.lab;
  const from = underlay.n3;
  return [
    named(
      t.fromTunnel({}, { from, to: underlay.dutSecondary }),
      `tunnel packet from N3 to the second own IPv4 address ${when}`,
    ),
    named(
      t.fromTunnel({ source: MAPPED_SOURCE }, { from }),
      `tunnel packet from N3 with an IPv4-mapped inner source ${when}`,
    ),
  ];
};

// RFC 4213 section 5: whoever sends packets with forged sources must not learn from the answers which tunnels there are. What no tunnel
// takes is treated alike, whether or not there is a tunnel to the sender.
security.case('security.no-tunnel-oracle', async (t) => {
  const withoutTunnel = unacceptable(t, 'without a tunnel to N3');
  const unknown = await t.exchange(...withoutTunnel);
  const reactions = withoutTunnel.map((stimulus) => reactionTo(unknown, stimulus));
  await t.restart({ secondTunnel: `6in4,mismatchIcmp=${t.profile.switches.mismatchIcmp}` });
  const withTunnel = unacceptable(t, 'with a tunnel to N3');
  const known = await t.exchange(...withTunnel);
  const reportsUnknownProtocols = t.profile.switches.mismatchIcmp === 'protocol-unreachable';
  withTunnel.forEach((stimulus, index) => {
    // RFC 4213 section 3.6 lets such a node answer what fits no tunnel, and by that it cannot help showing what fits one.
    if (index > 0 && reportsUnknownProtocols) return;
    t.expectEqual(`reaction to the ${stimulus.title}:`, reactionTo(known, stimulus), reactions[index] ?? '');
  });
});

// RFC 3964 section 6.1: two automatic mechanisms on one IPv4 address. What one of them refuses as forged must not pass because the
// other sees nothing wrong with it.
security.case('security.weakest-mechanism', { notFor: embedsNothing }, async (t) => {
  await t.restart(otherMechanism(t.profile));
  const { lab, secondLab } = t;
  const nodes = [
    [lab, secondLab],
    [secondLab, lab],
  ] as const;
  const spoofed = nodes.flatMap(([of, other]) =>
    [of.n1, other.n1].map((to) =>
      named(
        t.fromTunnel({ source: of.n2.pod(), destination: to.pod() }, { from: of.n3.ipv4 }),
        `tunnel packet from N3 with the inner source ${of.n2.pod().toString()} of N2 for ${to.pod().toString()}`,
      ),
    ),
  );
  const valid = nodes.map(([of]) =>
    named(
      t.fromTunnel({ source: of.n2.pod(), destination: of.n1.pod() }),
      `tunnel packet from N2 with its own inner source ${of.n2.pod().toString()}`,
    ),
  );
  await expectDroppedBeside(t, valid, spoofed);
});
