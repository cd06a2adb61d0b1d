import { startMemoryNode, type MemoryNodeOptions } from '../../harness/node/memory/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';
import {
  deafToGroups,
  errorsFromIsatapAddress,
  errorsFromLinkLocal,
  errorsFromNativeAddress,
  errorsWithOtherHeaders,
  linkLocalFromMac,
  neverUnreachable,
  overlayAddressElsewhere,
  perSecond,
  refusingRoutes,
  reportingMisfits,
  tellingOfPolicy,
  tellingOfSpecials,
} from './legal/choices.ts';
import { paddingWithGarbage, slowToSpeak, talkative } from './legal/frames.ts';

// Nodes that are different from the reference and as right: none of them fails. Where a clause says SHOULD and the node does otherwise, it is
// warned of, and of nothing else.

const test = suite('suites/legal-variants', { timeoutMs: 120_000 });

const registry = createRegistry(requirements, areas);

/** What sends thousands of packets takes too long here. */
const quickCases = areas.flatMap((area) => area.cases.flatMap(({ exhaustive, id }) => (exhaustive === true ? [] : id)));

interface Legal {
  readonly profiles: readonly string[];
  readonly cases?: readonly string[];
  readonly node: MemoryNodeOptions;
  /** Cases that warn, and under which profile. */
  readonly warned?: readonly string[];
}

const expectLegal = (title: string, { profiles, cases = quickCases, node, warned = [] }: Legal): void => {
  test(title, async () => {
    const result = await runSuite({
      registry,
      target: 'reference',
      probeNonsense: false,
      profiles: profiles.map((text) => parseProfile(text)),
      filter: { caseGlobs: cases },
      seed: '1',
      startSession: () => startMemoryNode(node),
      createTestbed,
      toolVersion: 'test',
    });
    assert.ok(result.cases.some(({ verdict }) => verdict === 'pass' || verdict === 'warn'));
    const others = result.cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
    assert.equal(
      others
        .map(({ id, profile, verdict, violations }) =>
          verdict === 'warn' ? `${profile} ${id}` : `${profile} ${id} ${verdict}: ${violations[0]?.actual ?? ''}`,
        )
        .toSorted(),
      warned.toSorted(),
    );
  });
};

expectLegal('a node that makes its errors and echo replies 50 ms later than it forwards', {
  profiles: ['6in4', '6to4'],
  node: { variant: slowToSpeak(50) },
});

expectLegal('a node that speaks all the link-local protocols of an operating system', {
  profiles: ['6in4', '6to4', 'fou'],
  node: { variant: talkative },
});

expectLegal('garbage in the padding of short frames', {
  profiles: ['overlay'],
  cases: ['decap.*', 'encap.*'],
  node: { variant: paddingWithGarbage },
});

const ERRORS = ['icmp6.*', 'hop-limit.*', 'loop.*', 'config.address-selection', 'mtu.packet-too-big-*'];

expectLegal('errors with Hop Limit 255, Traffic Class CS6 and a flow label', {
  profiles: ['6in4', 'overlay'],
  cases: ERRORS,
  node: { variant: errorsWithOtherHeaders },
});

expectLegal('errors to neighbours from a link-local address', {
  profiles: ['6to4'],
  cases: ERRORS,
  node: { variant: errorsFromLinkLocal },
  warned: ['6to4 icmp6.error-source', '6to4 config.address-selection'],
});

expectLegal('errors on an ISATAP link from the address of the node on that link', {
  profiles: ['isatap'],
  cases: ERRORS,
  node: { variant: errorsFromIsatapAddress },
});

expectLegal('errors through a configured tunnel from an address on another link', {
  profiles: ['6in4'],
  cases: ERRORS,
  node: { variant: errorsFromNativeAddress },
  warned: ['6in4 icmp6.error-source'],
});

expectLegal('no Destination Unreachable', {
  profiles: ['6in4'],
  cases: ERRORS,
  node: { variant: neverUnreachable },
  warned: ['6in4 icmp6.codes', '6in4 icmp6.codes/neighbour', '6in4 loop.p2p-return'],
});

expectLegal('reject routes instead of none', {
  profiles: ['6in4', 'overlay'],
  cases: [...ERRORS, 'stateless.*'],
  node: { variant: refusingRoutes },
  warned: ['6in4 icmp6.codes', 'overlay icmp6.codes'],
});

expectLegal('pods told that their source is against the policy', {
  profiles: ['overlay'],
  cases: ['security.*', 'address.*', 'kubernetes.*'],
  node: { variant: tellingOfPolicy },
});

expectLegal('pods of a 6rd node told that an address embeds no node', {
  profiles: ['6rd'],
  cases: ['decap.*', 'security.*'],
  node: { variant: tellingOfSpecials },
  warned: ['6rd decap.embedded-address-sanity/whole-address', '6rd security.encap-embedded-non-global/whole-address'],
});

expectLegal('protocol unreachable about what fits no tunnel', {
  profiles: ['6in4'],
  cases: ['security.*', 'decap.*'],
  node: { variant: reportingMisfits },
  warned: ['6in4 decap.mismatch-no-icmp'],
});

for (const count of [100, 500])
  expectLegal(`${String(count)} errors of all types in a second`, {
    profiles: ['6in4'],
    cases: ['icmp6.rate-limit'],
    node: perSecond(count),
    warned: ['6in4 icmp6.rate-limit'],
  });

expectLegal('a link-local address that is not made of the IPv4 address', {
  profiles: ['6in4', 'ip6ip6'],
  cases: ['neighbour.*'],
  node: { variant: linkLocalFromMac },
});

expectLegal('no answer to echo requests to groups', {
  profiles: ['6in4', 'gre', 'ip6ip6'],
  cases: ['neighbour.*', 'config.*', 'icmp6.*'],
  node: { variant: deafToGroups },
});

expectLegal('an overlay address that is not on the tunnel interface', {
  profiles: ['6in4'],
  cases: ['neighbour.*'],
  node: { variant: overlayAddressElsewhere },
  warned: ['6in4 neighbour.nud-answered'],
});

test.run();
