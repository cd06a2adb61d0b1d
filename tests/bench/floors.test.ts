import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFloor } from '../../harness/bench/floors/floor.ts';
import { loadFloors } from '../../harness/bench/floors/floors-file.ts';
import { judgeFloors, type JudgedBy } from '../../harness/bench/floors/judge.ts';
import { spreadOf } from '../../harness/bench/statistics.ts';
import type { Throughput } from '../../harness/bench/result.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { builtInTargets, TARGETS_FOLDER } from '../../harness/target/built-in.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/floors');

const rates = (mode: Throughput['mode'], frameSizeBytes: number, values: readonly number[]): Throughput => ({
  mode,
  frameSizeBytes,
  flows: 16,
  rate: spreadOf(values),
  capacity: spreadOf(values),
  limit: 'dut',
  theoreticalRate: 1e6,
});

const judgedBy = (throughput: readonly Throughput[], testerRate = 1e6): JudgedBy => ({
  throughput,
  tester: { path: 'test', rates: [{ frameSizeBytes: 84, rate: testerRate }] },
  findings: [],
  flows: 16,
});

const verdicts = (floor: string, by: JudgedBy): readonly string[] =>
  judgeFloors([parseFloor(floor)], by).map(({ verdict }) => verdict);

const SIX = [100, 101, 102, 103, 104, 105].map((value) => value * 10);

test('floors are read with mode, size and unit', () => {
  assert.equal(parseFloor('20000'), { kind: 'rate', value: 20_000, source: '--floor 20000' });
  assert.equal(parseFloor('encap@84=0.5x'), {
    kind: 'ratio',
    value: 0.5,
    mode: 'encap',
    frameSizeBytes: 84,
    source: '--floor encap@84=0.5x',
  });
  assert.is(parseFloor('@1518=50%').value, 0.5);
  assert.is(parseFloor('decap=1000').mode, 'decap');
});

for (const text of ['', 'fast', '0', 'encap', '=5', 'up@84=3', 'native=5', '-3', '0x', 'encap@=3']) {
  test(`${JSON.stringify(text)} is no floor`, () => {
    if (text === '=5') assert.is(parseFloor(text).value, 5);
    else assert.throws(() => parseFloor(text), /expected/);
  });
}

test('the interval of the median decides: above, below, on both sides', () => {
  const by = judgedBy([rates('encap', 84, SIX)]);
  assert.equal(verdicts('999', by), ['pass']);
  assert.equal(verdicts('1051', by), ['fail']);
  assert.equal(verdicts('1020', by), ['undecided']);
});

test('a ratio is that of the pairs of one run', () => {
  const encap = { ...rates('encap', 84, SIX), ratioToNative: spreadOf([0.6, 0.61, 0.62, 0.6, 0.61, 0.6]) };
  const by = judgedBy([rates('native', 84, [2000]), encap]);
  assert.equal(verdicts('0.5x', by), ['pass']);
  assert.equal(verdicts('0.7x', by), ['fail']);
});

test('without a baseline a ratio is inconclusive', () => {
  assert.equal(verdicts('0.5x', judgedBy([rates('encap', 84, SIX)])), ['inconclusive']);
});

test('a tester that does not do twice the floor proves nothing', () => {
  const [result] = judgeFloors([parseFloor('600')], judgedBy([rates('encap', 84, SIX)], 1100));
  assert.is(result?.verdict, 'inconclusive');
  assert.match(result?.reason ?? '', /less than twice the floor/);
});

test('what the tester limits may pass, and cannot fail', () => {
  const limited = { ...rates('encap', 84, SIX), limit: 'tester' as const };
  assert.equal(verdicts('900', judgedBy([limited])), ['pass']);
  assert.equal(verdicts('1200', judgedBy([limited])), ['inconclusive']);
});

test('a ratio to native forwarding that the tester limits is one to what the tester can offer, and says so', () => {
  const native = { ...rates('native', 84, [2000]), limit: 'tester' as const };
  const encap = { ...rates('encap', 84, SIX), ratioToNative: spreadOf([0.6, 0.61, 0.62, 0.6, 0.61, 0.6]) };
  const [result] = judgeFloors([parseFloor('0.5x')], judgedBy([native, encap]));
  assert.is(result?.verdict, 'pass');
  assert.match(result?.reason ?? '', /in relation to what the tester can offer/);
});

test('a node that loses frames at any rate reaches no floor', () => {
  const setting = { mode: 'encap', frameSizeBytes: 84, flows: 1 } as const;
  const findings = [
    { kind: 'loss-at-any-rate', severity: 'fail', requirement: 'x', setting, text: 'loses about 1 in 10,000' },
  ] as const;
  const [result] = judgeFloors([parseFloor('900')], { ...judgedBy([rates('encap', 84, SIX)]), findings });
  assert.is(result?.verdict, 'fail');
});

test('a floor is for every setting that it names, and inconclusive where there is none', () => {
  const by = judgedBy([rates('native', 84, SIX), rates('encap', 84, SIX), rates('decap', 84, SIX)]);
  assert.equal(verdicts('900', by), ['pass', 'pass']);
  assert.equal(verdicts('decap=900', by), ['pass']);
  assert.equal(verdicts('both=900', by), ['inconclusive']);
  // Other numbers of flows are compared with each other, not with floors.
  assert.equal(verdicts('900', { ...by, flows: 1 }), ['inconclusive']);
});

test('the floors of every target that ships can be read', async () => {
  const profile = parseProfile('overlay');
  for (const name of await builtInTargets()) {
    const floors = await loadFloors(join(TARGETS_FOLDER, name, 'floors.json'), profile);
    for (const floor of floors) assert.is(floor.kind, 'ratio', `${name}: a rate is not that of any machine`);
  }
  assert.ok((await loadFloors(join(TARGETS_FOLDER, 'linux-sit', 'floors.json'), profile)).length > 0);
});

test('a floors file that is wrong is refused with its place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-floors-'));
  try {
    const file = join(folder, 'floors.json');
    const profile = parseProfile('overlay');
    await writeFile(file, '[{ "ratio": 0.5, "framesPerSecond": 3, "reason": "x" }]');
    await assert.rejects(loadFloors(file, profile), /floors\.json: at 0: expected either/);
    await writeFile(file, 'no');
    await assert.rejects(loadFloors(file, profile), /floors\.json: expected JSON/);
    await writeFile(file, '[{ "profiles": ["6to4"], "ratio": 0.5, "reason": "x" }, { "ratio": 0.4, "reason": "y" }]');
    assert.equal(
      (await loadFloors(file, profile)).map(({ value }) => value),
      [0.4],
    );
    assert.equal(await loadFloors(join(folder, 'absent.json'), profile), []);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
