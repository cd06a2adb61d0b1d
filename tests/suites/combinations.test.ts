import * as fc from 'fast-check';
import { startMemoryNode } from '../../harness/node/memory/index.ts';
import {
  NAMED_PROFILES,
  parseProfile,
  ProfileError,
  SWITCH_NAMES,
  SWITCH_VALUES,
  type Profile,
} from '../../harness/profile/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';

// Each switch is judged by cases of its own; together they must not contradict one another. The reference does what each of them says,
// so whatever fails here is a case that forgot about one.

const test = suite('suites/combinations', { timeoutMs: 120_000 });

const registry = createRegistry(requirements, areas);

const SEED = 41;
const COMBINATIONS = 12;

/** What the reference has not, what another machine of the lab would have to have, and what is a warning wherever it is declared. */
const LEFT_OUT: readonly string[] = ['ipsec=required', 'relay=configured', 'ttl=inherit', 'icmp4Translate=linux'];

/** As a profile has it, where that is more than the value of the switch. */
const WORDS: Readonly<Record<string, string>> = { 'tos=fixed': 'tos=fixed:184', 'ttl=fixed': 'ttl=fixed:32' };

const words = fc.subarray([...SWITCH_NAMES], { minLength: 3, maxLength: 6 }).chain((names) =>
  fc.tuple(
    ...names.map((name) => {
      const all = SWITCH_VALUES[name].map((value) => `${name}=${value}`);
      return fc.constantFrom(...all.filter((word) => !LEFT_OUT.includes(word)).map((word) => WORDS[word] ?? word));
    }),
  ),
);

/** Undefined where these do not go together. */
const combined = (name: string, options: readonly string[]): Profile | undefined => {
  try {
    return parseProfile([name, ...options].join(','));
  } catch (error) {
    if (error instanceof ProfileError) return undefined;
    throw error;
  }
};

/** Corners that chance may miss. */
const CORNERS = [
  'gre,mtuDefault=1280',
  'overlay,podSource=any,ingressFilter=on',
  'ip6ip6,encapLimit=4,mtu=static:1452',
];

const drawn = fc
  .sample(fc.tuple(fc.constantFrom(...NAMED_PROFILES.map(({ name }) => name)), words), {
    seed: SEED,
    numRuns: 20 * COMBINATIONS,
  })
  .flatMap(([name, options]) => combined(name, options) ?? [])
  .slice(0, COMBINATIONS);
const profiles = [...CORNERS.map((text) => parseProfile(text)), ...drawn];

test('there are as many combinations as intended, of nearly every profile', () => {
  assert.is(new Set(profiles.map(({ text }) => text)).size, CORNERS.length + COMBINATIONS);
  assert.ok(new Set(profiles.map(({ catalogueProfile }) => catalogueProfile)).size >= 7);
});

for (const profile of profiles) {
  test(`the reference passes under ${profile.text}`, async () => {
    const { cases } = await runSuite({
      registry,
      target: 'reference',
      probeNonsense: false,
      profiles: [profile],
      filter: { withoutExhaustive: true },
      seed: String(SEED),
      startSession: () => startMemoryNode(),
      createTestbed,
      toolVersion: 'test',
    });
    const wrong = cases.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip');
    assert.equal(
      wrong.map(({ id, verdict }) => `${id} ${verdict}`),
      [],
    );
    assert.ok(
      cases.some(({ verdict }) => verdict === 'pass'),
      'nothing ran',
    );
  });
}

test.run();
