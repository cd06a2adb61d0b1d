import { startMemoryNode } from '../../harness/node/memory/index.ts';
import type { NodeSession } from '../../harness/node/node.ts';
import {
  parseProfile,
  SWITCH_NAMES,
  SWITCH_VALUES,
  withPolicies,
  type Profile,
  type SwitchName,
} from '../../harness/profile/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import type { CaseResult } from '../../harness/runner/result.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import type { SecondTunnelSetup, TargetSetup } from '../../harness/target/setup.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';

// Where the standards leave a choice, a target declares what it does. For each switch and each pair of its values: the reference that is
// declared to be what it is passes, and declared to be something else fails in a case that the catalogue lists under that switch.

const test = suite('suites/policies', { timeoutMs: 120_000 });

const registry = createRegistry(requirements, areas);

/** A profile under which the switch means something. */
const PROFILE_OF: { readonly [Name in SwitchName]?: string } = {
  mtuMode: '6rd',
  mtuDefault: '6rd',
  tos: '6in4',
  ecnEncap: '6in4',
  ecnDecap: '6in4',
  ttl: '6in4',
  privateV4: '6to4',
  nativeInnerSrc: '6rd',
  sourcePair: '6rd',
  relay: '6rd',
  hairpin: '6rd',
  podSource: '6rd',
  foreignPrefixCheck: '6rd',
  ingressFilter: '6in4',
  strictRpf: '6in4',
  icmp4Translate: '6rd',
  mismatchIcmp: '6in4',
  hopByHop: '6in4',
  dualFraming: '6rd',
  udpChecksum: 'fou',
  sourcePort: 'fou',
  gueVariant: 'gue',
  brAddress: '6rd-br,mtu=static:1280',
  encapLimit: 'ip6ip6',
};

/** Switches of which no two values can be told apart, and why. */
const UNTELLABLE: { readonly [Name in SwitchName]?: string } = {
  outerFamily: 'follows from the mapping, and is refused with any other',
  ipsec: 'security.ipsec-required has no case (suites/coverage.json says why)',
};

/** What the switch is about, where the catalogue lists it under another one. */
const CASES_OF: { readonly [Name in SwitchName]?: readonly string[] } = {
  brAddress: ['mtu.br-anycast-df', 'mtu.static-df-clear'],
};

/** Deviations from the standard that remain warnings when they are declared. */
const STILL_WARNED: readonly string[] = ['ttl=inherit', 'icmp4Translate=linux'];

const casesOf = (name: SwitchName): readonly string[] => {
  const listed = requirements.filter((requirement) => requirement.switch === name).map(({ id }) => id);
  const wanted = new Set(CASES_OF[name] ?? listed);
  return registry.cases.filter(({ requirement }) => wanted.has(requirement.id)).map(({ definition }) => definition.id);
};

/** The octet of a fixed TOS, which no policy names. */
const OCTET = 0xb8;

/** A reference that does something else where it is asked for `told`, and otherwise as it is asked. */
const startStubborn = async (name: SwitchName, told: string, does: string): Promise<NodeSession> => {
  const session = await startMemoryNode();
  const changed = <Setup extends TargetSetup | SecondTunnelSetup>(setup: Setup): Setup =>
    setup.switches[name] !== told
      ? setup
      : {
          ...setup,
          switches: { ...setup.switches, [name]: does },
          ...(does === 'fixed' && told !== does ? { fixedTos: OCTET } : {}),
        };
  return {
    ...session,
    up: (setup) => {
      const { secondTunnel, overlay } = setup;
      const asRelay = name === 'relay' && does === 'configured' && overlay.relay === undefined;
      return session.up({
        ...changed(setup),
        ...(secondTunnel === undefined ? {} : { secondTunnel: changed(secondTunnel) }),
        ...(asRelay ? { overlay: { ...overlay, relay: '10.0.0.5', relayRoutes: ['2001:db8:ffff::/48'] } } : {}),
      });
    },
  };
};

const run = async (profile: Profile, name: SwitchName, does: string): Promise<readonly CaseResult[]> => {
  const { cases } = await runSuite({
    registry,
    target: 'reference',
    probeNonsense: false,
    profiles: [profile],
    filter: { caseGlobs: casesOf(name) },
    seed: '1',
    startSession: () => startStubborn(name, profile.switches[name], does),
    createTestbed,
    toolVersion: 'test',
  });
  return cases;
};

const declaring = (name: SwitchName, value: string): Profile => {
  const words = name === 'tos' && value === 'fixed' ? `,tos=fixed:${String(OCTET)}` : '';
  return withPolicies(parseProfile(`${PROFILE_OF[name] ?? ''}${words}`), { [name]: value });
};

test('every switch has a profile under which its values can be told apart, or a reason why they cannot', () => {
  const missing = SWITCH_NAMES.filter((name) => (PROFILE_OF[name] === undefined) === (UNTELLABLE[name] === undefined));
  assert.equal(missing, []);
});

for (const name of SWITCH_NAMES.filter((each) => PROFILE_OF[each] !== undefined)) {
  for (const declared of SWITCH_VALUES[name]) {
    test(`${name}=${declared}: declared and done passes, anything else that is done fails`, async () => {
      const profile = declaring(name, declared);
      assert.is(profile.switches[name], declared);
      for (const does of SWITCH_VALUES[name]) {
        const cases = await run(profile, name, does);
        const wrong = cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
        const summary = wrong.map(({ id, verdict }) => `${id} ${verdict}`);
        if (does !== declared)
          assert.ok(
            wrong.some(({ verdict }) => verdict === 'fail' || verdict === 'warn'),
            `done: ${does}`,
          );
        else if (STILL_WARNED.includes(`${name}=${declared}`))
          assert.ok(
            wrong.every(({ verdict }) => verdict === 'warn'),
            summary.join(', '),
          );
        else assert.equal(summary, []);
      }
    });
  }
}

test.run();
