import type { Ipv6Address } from '../../harness/address/index.ts';
import type { Seen, TestContext } from '../../harness/tester/context.ts';
import { neighbour } from './area.ts';
import { findLinkLocal } from './link-local.ts';
import {
  advertisementsFor,
  expectNoMessages,
  linkLocalOf,
  messagesIn,
  named,
  probeFor,
  throughTunnel,
} from './vectors.ts';

interface Probe {
  readonly source: Ipv6Address;
  /** Whose link-layer address is asked for, and to whom the probe is sent. */
  readonly target: Ipv6Address;
}

const probes = ({ lab }: TestContext, own: Ipv6Address | undefined): Probe[] => {
  const peer = linkLocalOf(lab.n2.ipv4);
  return [
    ...(own === undefined ? [] : [{ source: peer, target: own }]),
    { source: peer, target: lab.overlayAddress },
    { source: lab.n2.pod(), target: lab.overlayAddress },
    { source: lab.n2.pod(1), target: lab.overlayAddress },
  ];
};

const expectAnswer = (t: TestContext, seen: Seen, { source, target }: Probe): void => {
  const from = `from ${source.toString()} for ${target.toString()}`;
  const answers = advertisementsFor(seen, 'tunnel', target).filter(({ ipv6 }) =>
    ipv6.header.destination.equals(source),
  );
  // RFC 4861 section 7.2.3: a node answers for the addresses of the interface that is asked, and may have its overlay address on another.
  const tolerated = target.equals(t.lab.overlayAddress) && answers.length === 0;
  t.expectEqual(`Neighbor Advertisements through the tunnel after a probe ${from}:`, answers.length, 1, { tolerated });
  for (const { frame, message, ipv6, icmpv6, outerDestination } of answers) {
    t.expectEqual(`S flag of the answer to a probe ${from}:`, message.solicited, true, { frame });
    t.expectEqual('Hop Limit of a Neighbor Advertisement', ipv6.header.hopLimit, 255, { frame });
    t.expectEqual('ICMPv6 checksum', icmpv6.checksum, 'good', { frame });
    t.expectEqual('ICMPv6 code', icmpv6.header.code, 0, { frame });
    t.expectEqual('outer destination', outerDestination ?? 'none', t.lab.n2.ipv4.toString(), { frame });
  }
  expectNoMessages(
    t,
    'Neighbor Advertisements on P:',
    advertisementsFor(seen, 'P', target).filter(({ ipv6 }) => ipv6.header.destination.equals(source)),
  );
};

// RFC 4213 section 3.8, RFC 4861 section 7.2.4: a configured tunnel answers the probes of Neighbor Unreachability Detection: with a
// solicited Neighbor Advertisement, hop limit 255, through the tunnel to the end that asked.
neighbour.case('neighbour.nud-answered', async (t) => {
  // One at a time: two probes for one address would get answers that look alike.
  for (const probe of probes(t, await findLinkLocal(t))) {
    const stimulus = throughTunnel(t, `probe for ${probe.target.toString()}`, probeFor(probe.target), {
      source: probe.source,
      destination: probe.target,
    });
    expectAnswer(t, await t.exchange(stimulus), probe);
  }
  // Nobody else's address is answered for.
  const strangers = [linkLocalOf(t.lab.n3.ipv4), t.lab.n3.pod(), t.lab.unassignedPod];
  const seen = await t.exchange(
    ...strangers.map((target) =>
      throughTunnel(t, `probe for ${target.toString()}, which is not the DUT's`, probeFor(target), {
        source: linkLocalOf(t.lab.n2.ipv4),
        destination: linkLocalOf(t.lab.n1.ipv4),
      }),
    ),
  );
  for (const target of strangers)
    expectNoMessages(t, `Neighbor Advertisements for ${target.toString()}:`, advertisementsFor(seen, 'tunnel', target));
});

const SILENT_SECONDS = 60;
const STEP_SECONDS = 5;

// RFC 4213 section 3.8: the DUT should also send such probes, to notice that its tunnel has failed. Here the other end answers none of
// them and sends nothing that confirms it, while pods go on sending.
neighbour.case('neighbour.nud-sent', { fresh: true, slow: true, waitSeconds: SILENT_SECONDS }, async (t) => {
  for (let passed = 0; passed < SILENT_SECONDS; passed += STEP_SECONDS) {
    const seen = await t.watch(
      { forMs: STEP_SECONDS * 1000, until: (soFar) => solicitations(soFar).length > 0 },
      named(t.fromPod(), 'pod packet'),
    );
    const [probe] = solicitations(seen);
    if (probe === undefined) continue;
    const { frame } = probe;
    t.expectEqual('Hop Limit of a probe', probe.ipv6.header.hopLimit, 255, { frame });
    t.expectEqual('outer destination of a probe', probe.outerDestination ?? 'none', t.lab.n2.ipv4.toString(), {
      frame,
    });
    t.expectEqual('ICMPv6 checksum of a probe', probe.icmpv6.checksum, 'good', { frame });
    t.note(`The first probe came within ${String(passed + STEP_SECONDS)} s`);
    return;
  }
  t.violation(
    'a Neighbor Solicitation to the other end of the tunnel, which has been silent',
    `none in ${String(SILENT_SECONDS)} s`,
  );
});

const solicitations = (seen: Seen): ReturnType<typeof messagesIn> =>
  messagesIn(seen, 'tunnel').filter(({ message }) => message.kind === 'neighbor-solicitation');
