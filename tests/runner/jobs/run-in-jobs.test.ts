import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMemoryNode } from '../../../harness/node/memory/index.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { exitCodeOf } from '../../../harness/runner/exit-code.ts';
import type { CaseRegistry } from '../../../harness/runner/registry.ts';
import { createRegistry } from '../../../harness/runner/registry.ts';
import type { CaseResult, RunResult } from '../../../harness/runner/result.ts';
import { runSuite, type RunSuiteOptions } from '../../../harness/runner/run-suite.ts';
import { TargetError } from '../../../harness/target/target-error.ts';
import { createTestbed } from '../../../harness/tester/testbed.ts';
import { requirements } from '../../../suites/catalogue/index.ts';
import { areas } from '../../../suites/index.ts';
import { assert, suite } from '../../support/suite.ts';
import { FakeSession } from '../support/fake-session.ts';
import { fake, FakeTestbed, lateTestbed } from '../support/fake-testbed.ts';
import { noRules, resultOf, verdicts } from '../support/run-fake.ts';
import { registryOf, requirement, violation } from '../support/samples.ts';
import { runByWorkers, type Workers } from './workers.ts';

const test = suite('runner/jobs', { timeoutMs: 60_000 });

/** The real suites against a reference with defects, so that every kind of result comes of it. */
const onReference = (changes: Partial<RunSuiteOptions> = {}): RunSuiteOptions => ({
  registry: createRegistry(requirements, areas),
  target: 'reference',
  probeNonsense: false,
  profiles: ['overlay', '6to4'].map(parseProfile),
  filter: { caseGlobs: ['dscp-ecn.*', 'hop-limit.*', 'loop.*'] },
  propertyPackets: 10,
  seed: '5',
  startSession: () => startMemoryNode({ faults: ['ecn-bleach', 'self-loop'] }),
  createTestbed,
  toolVersion: '0.0.0',
  ...changes,
});

/**
 * Without how long it took, the numbers that the DUT draws, and how many frames came before and with it: whoever is first behind a
 * set-up sees it find its neighbours.
 */
const comparable = ({ durationMs: _durationMs, violations, ...result }: CaseResult) => ({
  ...result,
  violations: violations.map(({ frame: _frame, frameNumber: _number, count: _count, actual, ...each }) => ({
    ...each,
    actual: withoutDraws(actual),
  })),
});
const withoutDraws = (text: string): string => text.replace(/\bid 0x[0-9a-f]{4}\b/g, 'id').replace(/\bcsum \w+/g, '');

const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-jobs-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

test('two and three jobs give what one gives: verdicts, violations, order, evidence, whatever is asked for', async () => {
  for (const changes of [{}, { repetitions: 2 }, { bail: true }, { evidence: 'all' as const, strict: true }]) {
    await inFolder(async (folder) => {
      const run = (name: string): RunSuiteOptions => onReference({ ...changes, outFolder: join(folder, name) });
      const one = await runSuite(run('one'));
      assert.ok(one.cases.some(({ verdict }) => verdict === 'fail') && one.cases.length > 1);
      for (const jobs of [2, 3]) {
        const several = await runByWorkers(jobs, () => run(String(jobs)));
        const words = ({ cases }: RunResult): string[] => cases.map((each) => JSON.stringify(comparable(each)));
        const known = new Set(words(one));
        assert.equal(
          words(several).filter((each) => !known.has(each)),
          [],
          JSON.stringify(changes),
        );
        assert.equal(verdicts(several), verdicts(one), JSON.stringify(changes));
        assert.is(several.interrupted, one.interrupted);
        assert.is(exitCodeOf(several), exitCodeOf(one));
        const evidence = (name: string): Promise<string[]> => readdir(join(folder, name, 'evidence'));
        assert.equal((await evidence(String(jobs))).sort(), (await evidence('one')).sort());
      }
    });
  }
});

const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];
const demands = ids.map((id) => requirement(`decap.${id}`));

const onFakes = (registry: CaseRegistry, changes: Partial<RunSuiteOptions> = {}): RunSuiteOptions => ({
  registry,
  target: 'fake',
  probeNonsense: false,
  profiles: [parseProfile('overlay')],
  seed: '1',
  startSession: async () => new FakeSession(),
  createTestbed: async () => new FakeTestbed(),
  judgeFrames: noRules,
  toolVersion: '0.0.0',
  today: '2026-06-15',
  ...changes,
});

const nextTurns = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** `crashing` brings its worker down when it comes to it. */
const registryWhere = (crashing: readonly string[], number: number, workers: Workers): CaseRegistry =>
  registryOf(
    demands,
    ids.map((id) => ({
      id: `decap.${id}`,
      run: async () => {
        // So that the other end has heard of the case.
        await nextTurns(3);
        if (crashing.includes(id)) workers.crash(number);
        await nextTurns(3);
      },
    })),
  );

test('a worker that crashes leaves its case as an error, and the rest of its work to the others', async () => {
  const result = await runByWorkers(2, (number, workers) => onFakes(registryWhere(['b'], number, workers)));
  assert.equal(
    verdicts(result),
    ids.map((id) => `decap.${id} ${id === 'b' ? 'error' : 'pass'}`),
  );
  assert.match(
    resultOf(result, 'decap.b').reason ?? '',
    /^worker \d ended by itself \(SIGSEGV\) while it ran this case$/,
  );
  assert.is(exitCodeOf(result), 1);
});

test('when every worker has crashed, what is left is an error and not lost', async () => {
  const result = await runByWorkers(2, (number, workers) => onFakes(registryWhere(['a', 'b', 'e'], number, workers)));
  assert.is(result.cases.length, ids.length);
  assert.not.ok(result.cases.slice(-4).some(({ verdict }) => verdict !== 'error'));
  assert.match(result.cases.at(-1)?.reason ?? '', 'every worker has ended');
  assert.is(exitCodeOf(result), 1);
});

test('a node that does not start is the error of the run, also where the other one starts', async () => {
  const failing = onFakes(registryOf(demands, [{ id: 'decap.a' }]), {
    startSession: async () => {
      throw new TargetError('expected a node, found none');
    },
  });
  const works = onFakes(registryOf(demands, [{ id: 'decap.a' }]));
  try {
    await runByWorkers(2, (number) => (number === 2 ? failing : works));
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'expected a node, found none');
    assert.is(Object(error).exitCode, 3);
  }
});

test('a target that never comes up ends the run; one that fails only in one set-up does not', async () => {
  const underlay = { underlayMtuBytes: 1280 };
  const registry = registryOf(demands, [
    ...ids.slice(0, 6).map((id) => ({ id: `decap.${id}` })),
    { id: 'decap.g', setup: underlay },
  ]);
  const run = (breaks: (isBase: boolean) => boolean): Promise<RunResult> =>
    runByWorkers(2, () =>
      onFakes(registry, {
        createTestbed: async () =>
          new FakeTestbed({
            up: (changes) => {
              if (breaks(changes === undefined)) throw new TargetError('it broke');
              return { kind: 'ready' };
            },
          }),
      }),
    );
  const never = await run(() => true);
  assert.equal(verdicts(never), []);
  assert.is(exitCodeOf(never), 3);
  const once = await run((isBase) => !isBase);
  assert.equal(
    verdicts(once),
    ids.slice(0, 7).map((id) => `decap.${id} ${id === 'g' ? 'error' : 'pass'}`),
  );
});

test('what comes late in a worker is charged to its case', async () => {
  const result = await runByWorkers(2, () =>
    onFakes(registryOf(demands, [{ id: 'decap.a' }]), {
      createTestbed: async () => lateTestbed('decap.a', 'an answer'),
    }),
  );
  assert.equal(verdicts(result), ['decap.a fail']);
  assert.match(resultOf(result, 'decap.a').violations[0]?.actual ?? '', 'late: an answer');
});

test('an interruption ends every worker with its node, and reports what was done', async () => {
  const controller = new AbortController();
  const sessions: FakeSession[] = [];
  const registry = registryOf(
    demands,
    ids.map((id) => ({
      id: `decap.${id}`,
      run: async (t) => {
        fake(t).observe({ violations: [violation(`decap.${id}`)] });
        await nextTurns(3);
        if (id === 'c') {
          controller.abort();
          await new Promise(() => undefined);
        }
      },
    })),
  );
  const result = await runByWorkers(2, (number) =>
    onFakes(registry, {
      ...(number === 0 ? { signal: controller.signal } : {}),
      startSession: async () => {
        const session = new FakeSession();
        sessions.push(session);
        return session;
      },
    }),
  );
  assert.is(result.interrupted, true);
  assert.ok(result.cases.length > 0 && result.cases.length < ids.length);
  assert.equal(
    sessions.map(({ disposed }) => disposed),
    [true, true],
  );
});

test.run();
