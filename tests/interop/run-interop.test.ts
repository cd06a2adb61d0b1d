import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCaptureFile } from '../../harness/capture/index.ts';
import { allPairs, type EndSpec } from '../../harness/interop/end-spec.ts';
import { readInterop } from '../../harness/interop/results-file.ts';
import { interopExitCode, runInterop, type InteropOptions } from '../../harness/interop/run-interop.ts';
import type { InteropResult } from '../../harness/interop/result.ts';
import { startMemoryNode } from '../../harness/node/memory/index.ts';
import type { NodeSession } from '../../harness/node/node.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { assert, suite } from '../support/suite.ts';
import { deadNode, registry } from './support.ts';

const test = suite('interop/run-interop', { timeoutMs: 60_000 });

let folder: string;
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-interop-'));
});
test.after.each(() => rm(folder, { recursive: true, force: true }));

/** An end that counts how often it is started and ended. */
class Counted {
  started = 0;
  ended = 0;
  readonly end: EndSpec;

  constructor(name: string, start: () => Promise<NodeSession>, probeNonsense = false) {
    this.end = {
      name,
      target: name,
      node: 'memory',
      probeNonsense,
      expectations: [],
      policies: {},
      start: async () => {
        this.started += 1;
        const session = await start();
        return {
          ...session,
          [Symbol.asyncDispose]: async () => {
            this.ended += 1;
            await session[Symbol.asyncDispose]();
          },
        };
      },
    };
  }
}

const good = (name: string, faults: readonly string[] = []): Counted =>
  new Counted(name, () => startMemoryNode({ faults, seed: 1 }));

const run = (ends: readonly Counted[], changes: Partial<InteropOptions> = {}): Promise<InteropResult> => {
  const specs = ends.map(({ end }) => end);
  return runInterop({
    ends: specs,
    pairs: allPairs(specs),
    skippedEnds: [],
    profile: parseProfile('overlay'),
    seed: '41',
    strict: false,
    withExpectations: true,
    evidence: 'notable',
    podsOf: () => 'tester',
    outFolder: folder,
    registry,
    toolVersion: '0.0.0',
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...changes,
  });
};

const verdicts = ({ pairs }: InteropResult): string[] => pairs.map(({ n1, n2, verdict }) => `${n1} ${n2} ${verdict}`);

test('each end is started once, once more where it meets itself, and ended; the file says what was returned', async () => {
  const ends = [good('a'), good('b', ['decap-no-dec'])];
  const result = await run(ends);
  assert.equal(verdicts(result), ['a a pass', 'a b fail', 'b b fail']);
  assert.equal(
    ends.map(({ started, ended }) => [started, ended]),
    [
      [2, 2],
      [2, 2],
    ],
  );
  assert.is(result.cells.length, 4);
  assert.equal(
    result.cells.filter(({ verdict }) => verdict === 'fail').map((cell) => `${cell.encapsulator}${cell.decapsulator}`),
    ['ab', 'bb'],
  );
  assert.equal(
    result.requirements.map(({ id }) => id),
    ['hop-limit.decap-decrement'],
  );
  assert.equal(await readInterop(folder), JSON.parse(JSON.stringify(result)));
  assert.is(interopExitCode(result), 1);
});

test('the evidence has all four links, and the frame that a finding names; a good pair leaves none', async () => {
  const [first, second] = [good('a', ['hl-dec2']), good('b')];
  const { pairs } = await run([first, second]);
  const failed = pairs.find(({ n1, n2 }) => n1 === 'a' && n2 === 'b');
  const [finding] = failed?.findings ?? [];
  const reader = readCaptureFile(join(folder, failed?.evidence ?? ''));
  let decisive = '';
  for await (const { index, comments } of reader) if (index + 1 === finding?.frameNumber) decisive = comments.join();
  const names = reader.info?.interfaces.map(({ name }) => name);
  assert.equal(names, ['N1-P', 'N1-U', 'N2-U', 'N2-P']);
  assert.is(decisive, 'hop-limit.encap-decrement: a');
  assert.is(pairs.find(({ n1, n2 }) => n1 === 'b' && n2 === 'b')?.evidence, undefined);
});

test('an end that cannot be started makes its pairs errors, is not tried again, and the others are played', async () => {
  const broken = new Counted('broken', () => Promise.reject(new Error('no such machine')));
  const result = await run([broken, good('a')]);
  assert.equal(verdicts(result), ['broken broken error', 'broken a error', 'a a pass']);
  // Two of it, because it meets itself.
  assert.is(broken.started, 2);
  assert.is(result.pairs[1]?.reason, 'broken: no such machine');
  assert.is(result.pairs[1]?.failedSide, 'n1');
  assert.is(interopExitCode(result), 3);
});

const refusing =
  (what: (profile: string) => boolean): (() => Promise<NodeSession>) =>
  async () => ({
    ...(await startMemoryNode()),
    up: async ({ profile }) =>
      what(profile) ? { kind: 'unsupported', reason: 'too hard' } : { kind: 'ready', durationMs: 0 },
  });

test('an end that refuses the profile is skipped with its words, once for all its pairs', async () => {
  const refuser = new Counted(
    'r',
    refusing(() => true),
    true,
  );
  const result = await run([good('a'), refuser]);
  assert.equal(verdicts(result), ['a a pass', 'a r skip', 'r r skip']);
  assert.match(result.pairs[1]?.reason ?? '', /^r refuses overlay: too hard$/);
  assert.is(refuser.ended, refuser.started);
  assert.is(interopExitCode(result), 0);
});

test('a refusal of one that is ready for nonsense is not believed', async () => {
  const liar = new Counted(
    'l',
    refusing((profile) => !profile.startsWith('nonsense')),
    true,
  );
  const result = await run([liar], { pairs: allPairs([liar.end]) });
  assert.equal(verdicts(result), ['l l error']);
  assert.match(result.pairs[0]?.reason ?? '', /refusals could not be believed/);
  assert.is(interopExitCode(result), 3);
});

test('a node that dies in a pair is a new one in the next', async () => {
  let count = 0;
  const dying = new Counted('d', async () => {
    count += 1;
    return count > 1
      ? startMemoryNode({ seed: 1 })
      : deadNode((fail) => {
          fail(new Error('it fell over'));
        });
  });
  const result = await run([dying, good('a')], {
    pairs: [
      { n1: dying.end, n2: good('a').end },
      { n1: dying.end, n2: good('b').end },
    ],
  });
  assert.equal(verdicts(result), ['d a error', 'd b pass']);
  assert.is(result.pairs[0]?.reason, 'd: it fell over');
  assert.equal([dying.started, dying.ended], [2, 2]);
});

test('an interrupted run ends every node, keeps what is done and says that it was cut short', async () => {
  const controller = new AbortController();
  const ends = [good('a'), good('b')];
  const result = await run(ends, {
    signal: controller.signal,
    onProgress: (event) => {
      if (event.kind === 'pair' && event.index === 1) controller.abort(new Error('enough'));
    },
  });
  assert.equal(verdicts(result), ['a a pass']);
  assert.is(result.interrupted, true);
  for (const { started, ended } of ends) assert.is(ended, started);
  await access(join(folder, 'interop.json'));
  assert.is(interopExitCode(result), 130);
});

test.run();
