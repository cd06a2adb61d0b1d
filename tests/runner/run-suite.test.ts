import { exitCodeOf } from '../../harness/runner/exit-code.ts';
import type { ProgressEvent } from '../../harness/runner/progress.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { suite, assert } from '../support/suite.ts';
import { FakeSession } from './support/fake-session.ts';
import { fake, FakeTestbed } from './support/fake-testbed.ts';
import { registryOf, requirement, violation } from './support/samples.ts';
import { resultOf, runFake, verdicts } from './support/run-fake.ts';

const test = suite('runner/run-suite');

const a = requirement('decap.a');
const b = requirement('decap.b');
const should = requirement('decap.should', { level: 'SHOULD' });

test('a case passes when its expectations hold, and the run exits with 0', async () => {
  const result = await runFake(registryOf([a], [{ id: 'decap.a' }]));
  assert.equal(verdicts(result), ['decap.a pass']);
  assert.is(exitCodeOf(result), 0);
  assert.is(result.interrupted, false);
  assert.is(
    resultOf(result, 'decap.a').rerun,
    'npm start -- run --target fake --node memory --profile overlay --case decap.a --seed 1',
  );
});

test('cases that share a set-up share one bring-up, base first, fresh ones and slow ones last', async () => {
  const testbed = new FakeTestbed();
  const small = { underlayMtuBytes: 1280 };
  const registry = registryOf(
    [a, b, should],
    [
      { id: 'decap.a', variant: 'slow', slow: true },
      { id: 'decap.a', variant: 'fresh', fresh: true },
      { id: 'decap.a', variant: 'small', setup: small },
      { id: 'decap.a' },
      { id: 'decap.b' },
      { id: 'decap.should', setup: { ...small } },
    ],
  );
  await runFake(registry, { testbed });
  const up = 'up {"underlayMtuBytes":1280}';
  assert.is(
    testbed.diary.join('; '),
    [
      'down; up {}; decap.a; decap.b',
      `down; ${up}; decap.a/small; decap.should`,
      'down; up {}; decap.a/fresh; down; up {}; decap.a/slow',
      'late; dispose',
    ].join('; '),
  );
});

test('the set-up is restored behind a case that restarted, failed to decide or threw, but not behind a plain failure', async () => {
  for (const [spoiling, body] of [
    [true, { restarted: true }],
    [true, { doubts: [{ reason: 'lost' }] }],
    [false, { violations: [violation('decap.a')] }],
  ] as const) {
    const testbed = new FakeTestbed();
    const registry = registryOf(
      [a, b],
      [{ id: 'decap.a', run: async (t) => fake(t).observe(body) }, { id: 'decap.b' }],
    );
    await runFake(registry, { testbed });
    const ups = testbed.diary.filter((line) => line.startsWith('up'));
    assert.is(ups.length, spoiling ? 2 : 1, JSON.stringify(body));
  }
});

test('a fresh DUT is one that no case has used, even in the set-up that stands', async () => {
  const testbed = new FakeTestbed();
  await runFake(registryOf([a, b], [{ id: 'decap.a' }, { id: 'decap.b', fresh: true }]), { testbed });
  assert.is(testbed.diary.join('; '), 'down; up {}; decap.a; down; up {}; decap.b; late; dispose');
});

test('a set-up that the target refuses skips its cases with the target’s own words, and the others run', async () => {
  const testbed = new FakeTestbed({
    up: (changes) => (changes === undefined ? { kind: 'ready' } : { kind: 'unsupported', reason: 'no static MTU' }),
  });
  const setup = { switches: { mtuMode: 'static' } } as const;
  const registry = registryOf(
    [a, b],
    [{ id: 'decap.a', setup }, { id: 'decap.a', variant: 'too', setup }, { id: 'decap.b' }],
  );
  const result = await runFake(registry, { testbed });
  assert.equal(verdicts(result), ['decap.a skip', 'decap.a/too skip', 'decap.b pass']);
  assert.is(resultOf(result, 'decap.a').reason, 'the target does not support the set-up: no static MTU');
  assert.is(exitCodeOf(result), 0);
});

test('only skips end with 4, a dead DUT too', async () => {
  const refused = await runFake(registryOf([a], [{ id: 'decap.a', run: async (t) => fake(t).skip('cannot') }]));
  assert.equal(verdicts(refused), ['decap.a skip']);
  assert.is(exitCodeOf(refused), 4);
  const dead = await runFake(
    registryOf(
      [a, b],
      [
        { id: 'decap.a', run: async (t) => fake(t).observe({ doubts: [{ reason: 'fence lost' }], judgements: 0 }) },
        { id: 'decap.b', run: async (t) => fake(t).observe({ doubts: [{ reason: 'fence lost' }], judgements: 0 }) },
      ],
    ),
  );
  assert.equal(verdicts(dead), ['decap.a inconclusive', 'decap.b inconclusive']);
  assert.is(exitCodeOf(dead), 4);
});

test('a case that throws is an error with its stack, and the run goes on', async () => {
  const registry = registryOf(
    [a, b],
    [
      {
        id: 'decap.a',
        run: async () => {
          throw new TypeError('no such field');
        },
      },
      { id: 'decap.b' },
    ],
  );
  const result = await runFake(registry);
  assert.equal(verdicts(result), ['decap.a error', 'decap.b pass']);
  assert.match(resultOf(result, 'decap.a').reason ?? '', /TypeError: no such field\n.*run-suite\.test/s);
  assert.is(exitCodeOf(result), 1);
});

test('--bail ends the run behind the first unexpected verdict, declared deviations do not', async () => {
  const failing = async (t: Parameters<typeof fake>[0]): Promise<void> =>
    fake(t).observe({ violations: [violation('decap.a')] });
  const registry = registryOf([a, b], [{ id: 'decap.a', run: failing }, { id: 'decap.b' }]);
  const bailed = await runFake(registry, { bail: true });
  assert.equal(verdicts(bailed), ['decap.a fail']);
  assert.is(bailed.interrupted, true);
  const declared = await runFake(registry, { bail: true, expectations: [{ requirement: 'decap.a', reason: 'known' }] });
  assert.equal(verdicts(declared), ['decap.a fail', 'decap.b pass']);
  assert.is(exitCodeOf(declared), 0);
});

test('--bail leaves it to a later case to keep the expectation for its requirement', async () => {
  const failing = async (t: Parameters<typeof fake>[0]): Promise<void> =>
    fake(t).observe({ violations: [violation('decap.a')] });
  const registry = registryOf([a], [{ id: 'decap.a' }, { id: 'decap.a', variant: 'odd', run: failing }]);
  const result = await runFake(registry, { bail: true, expectations: [{ requirement: 'decap.a', reason: 'known' }] });
  assert.equal(verdicts(result), ['decap.a pass', 'decap.a/odd fail']);
  assert.is(exitCodeOf(result), 0);
});

test('the first error of a case is the one reported', async () => {
  const result = await runFake(
    registryOf(
      [a],
      [
        {
          id: 'decap.a',
          run: async () => {
            throw new TypeError('first');
          },
        },
      ],
    ),
    {
      judgeFrames: () => {
        throw new RangeError('second');
      },
    },
  );
  assert.match(resultOf(result, 'decap.a').reason ?? '', /TypeError: first/);
});

test('Ctrl-C ends the running case and keeps what is done', async () => {
  const controller = new AbortController();
  const registry = registryOf(
    [a, b],
    [
      { id: 'decap.a' },
      {
        id: 'decap.b',
        run: () => {
          controller.abort();
          return new Promise(() => {});
        },
      },
    ],
  );
  const session = new FakeSession();
  const result = await runFake(registry, { signal: controller.signal, session });
  assert.equal(verdicts(result), ['decap.a pass']);
  assert.is(result.interrupted, true);
  assert.is(exitCodeOf(result), 130);
  assert.is(session.disposed, true);
});

test('wrong usage is found before the node starts', async () => {
  const registry = registryOf([a], [{ id: 'decap.a' }]);
  const startSession = async (): Promise<never> => {
    throw new Error('started');
  };
  await assert.rejects(
    runFake(registry, { startSession, filter: { caseGlobs: ['decap.aa'] } }),
    /did you mean decap\.a\?/,
  );
  await assert.rejects(
    runFake(registry, { startSession, expectations: [{ requirement: 'decap.x', reason: 'r' }] }),
    /entry 1: expected a requirement/,
  );
  await assert.rejects(runFake(registry, { startSession, repetitions: 0 }), /repetitions/);
  await assert.rejects(runFake(registry, { startSession }), /started/);
});

test('every profile has a testbed of its own, and a case that says it is not for one is skipped with its words', async () => {
  const testbeds: FakeTestbed[] = [];
  const notFor = (profile: { readonly catalogueProfile: string }): string | undefined =>
    profile.catalogueProfile === '6in4' ? 'embeds nothing' : undefined;
  const result = await runFake(registryOf([a, b], [{ id: 'decap.a', notFor }, { id: 'decap.b' }]), {
    profiles: [parseProfile('overlay'), parseProfile('6in4')],
    createTestbed: async ({ profile }) => {
      const testbed = new FakeTestbed({}, profile);
      testbeds.push(testbed);
      return testbed;
    },
  });
  const seen = result.cases.map(({ id, profile, verdict, reason }) => [id, profile, verdict, reason]);
  assert.equal(seen, [
    ['decap.a', 'overlay', 'pass', undefined],
    ['decap.b', 'overlay', 'pass', undefined],
    ['decap.a', '6in4', 'skip', 'embeds nothing'],
    ['decap.b', '6in4', 'pass', undefined],
  ]);
  assert.equal(
    testbeds.map(({ diary }) => diary.at(-1)),
    ['dispose', 'dispose'],
  );
});

test('progress names phases and counts case runs', async () => {
  const events: ProgressEvent[] = [];
  await runFake(registryOf([a], [{ id: 'decap.a' }]), { repetitions: 2, onProgress: (event) => events.push(event) });
  assert.equal(
    events.map((event) =>
      event.kind === 'phase' ? event.phase : `${event.kind} ${String(event.done)}/${String(event.total)}`,
    ),
    [
      'boot',
      'set-up',
      'case-started 0/2',
      'case-finished 1/2',
      'case-started 1/2',
      'case-finished 2/2',
      'late wait',
      'evidence',
    ],
  );
});

test('the results carry what the catalogue says of the requirements that they name', async () => {
  const result = await runFake(registryOf([a, b], [{ id: 'decap.b' }]));
  assert.equal(result.requirements, [
    {
      id: 'decap.b',
      title: 'Title of decap.b',
      level: 'MUST',
      area: 'decap',
      sources: 'RFC 4213 §3.6',
      statement: 'Statement of decap.b',
    },
  ]);
});

test.run();
