import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCaptureFile } from '../../harness/capture/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { profileSlug } from '../../harness/runner/evidence.ts';
import { suite, assert } from '../support/suite.ts';
import { fake, lateTestbed } from './support/fake-testbed.ts';
import { resultOf, runFake } from './support/run-fake.ts';
import { registryOf, requirement, violation } from './support/samples.ts';

const test = suite('runner/evidence');

let folder = '';
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-evidence-'));
});
test.after.each(() => rm(folder, { recursive: true, force: true }));

const a = requirement('decap.a');
const b = requirement('decap.b');

/** First byte and comments of each frame of an evidence file. */
const readEvidence = async (name: string): Promise<readonly (readonly [number | undefined, readonly string[]])[]> => {
  const frames: (readonly [number | undefined, readonly string[]])[] = [];
  for await (const frame of readCaptureFile(join(folder, name))) frames.push([frame.bytes[0], frame.comments]);
  return frames;
};

const passing = async (t: Parameters<typeof fake>[0]): Promise<void> => void fake(t).frame(1);
const failing = async (t: Parameters<typeof fake>[0]): Promise<void> => {
  fake(t).frame(2);
  const frameNumber = fake(t).frame(3);
  fake(t).observe({ violations: [violation('decap.b', { expected: ['silence', 'one error'], frameNumber })] });
};

test('a failed case leaves its own frames, the decisive one commented, and the result counts in that file', async () => {
  const registry = registryOf(
    [a, b],
    [
      { id: 'decap.a', run: passing },
      { id: 'decap.b', variant: 'odd', run: failing },
    ],
  );
  const result = await runFake(registry, { outFolder: folder });
  const failed = resultOf(result, 'decap.b/odd');
  assert.is(failed.evidence, 'evidence/decap.b_odd.overlay.pcapng');
  assert.is(failed.violations[0]?.frameNumber, 2);
  assert.equal(await readEvidence('evidence/decap.b_odd.overlay.pcapng'), [
    [2, []],
    [3, ['decap.b: expected silence or one error; actual one frame']],
  ]);
  assert.is(resultOf(result, 'decap.a').evidence, undefined);
  assert.equal(await readdir(join(folder, 'evidence')), ['decap.b_odd.overlay.pcapng']);
});

test('every case leaves evidence when all is asked for, and each repetition its own', async () => {
  const registry = registryOf([a], [{ id: 'decap.a', run: passing }]);
  const result = await runFake(registry, { outFolder: folder, evidence: 'all', repetitions: 2 });
  assert.is(resultOf(result, 'decap.a').evidence, 'evidence/decap.a.overlay.run1.pcapng');
});

test('a violation that another case showed points to the evidence of that case', async () => {
  const registry = registryOf(
    [a, b],
    [
      { id: 'decap.a', run: failing },
      { id: 'decap.b', run: passing },
    ],
  );
  const result = await runFake(registry, { outFolder: folder });
  const [shown] = resultOf(result, 'decap.b').violations;
  assert.is(shown?.evidence, 'evidence/decap.a.overlay.pcapng');
  assert.is(shown?.frameNumber, 2);
  assert.is(shown?.seenIn, 'decap.a');
  assert.equal((await readdir(join(folder, 'evidence'))).sort(), ['decap.a.overlay.pcapng', 'decap.b.overlay.pcapng']);
});

test('a passive result has the evidence of the case that showed it', async () => {
  const result = await runFake(registryOf([a, b], [{ id: 'decap.a', run: failing }]), { outFolder: folder });
  const passive = resultOf(result, 'decap.b/passive');
  assert.is(passive.evidence, 'evidence/decap.a.overlay.pcapng');
  assert.is(passive.violations[0]?.evidence, undefined);
});

test('what every case shows leaves the evidence of a few of them only', async () => {
  const cases = ['one', 'two', 'three', 'four', 'five', 'six'].map((variant) => ({
    id: 'decap.a',
    variant,
    run: failing,
  }));
  const result = await runFake(registryOf([a, b], cases), { outFolder: folder });
  assert.is(resultOf(result, 'decap.b/passive').violations.length, 6);
  assert.is((await readdir(join(folder, 'evidence'))).length, 5);
});

test('a case that restarts the DUT leaves everything from its first frame to its last', async () => {
  const restarting = async (t: Parameters<typeof fake>[0]): Promise<void> => {
    fake(t).frame(1);
    fake(t).restart(() => fake(t).frame(2));
    fake(t).frame(3);
  };
  await runFake(registryOf([a], [{ id: 'decap.a', run: restarting }]), { outFolder: folder, evidence: 'all' });
  const bytes = (await readEvidence('evidence/decap.a.overlay.pcapng')).map(([first]) => first);
  assert.equal(bytes, [1, 2, 3]);
});

test('a late frame is part of the evidence of its case', async () => {
  const testbed = lateTestbed('decap.a', 'a copy');
  const registry = registryOf(
    [a, b],
    [
      { id: 'decap.a', run: passing },
      { id: 'decap.b', run: passing },
    ],
  );
  await runFake(registry, { testbed, outFolder: folder });
  const bytes = (await readEvidence('evidence/decap.a.overlay.pcapng')).map(([first]) => first);
  assert.equal(bytes, [1, 9]);
});

test('without an output folder nothing is written, and frame numbers still count within the case', async () => {
  const registry = registryOf(
    [a, b],
    [
      { id: 'decap.a', run: passing },
      { id: 'decap.b', run: failing },
    ],
  );
  const failed = resultOf(await runFake(registry), 'decap.b');
  assert.is(failed.evidence, undefined);
  assert.is(failed.violations[0]?.frameNumber, 2);
});

test('a case without a single frame has no evidence', async () => {
  const registry = registryOf(
    [a],
    [{ id: 'decap.a', run: async (t) => fake(t).observe({ violations: [violation('decap.a')] }) }],
  );
  assert.is(resultOf(await runFake(registry, { outFolder: folder }), 'decap.a').evidence, undefined);
});

test('profiles whose names differ in punctuation alone have different files', () => {
  const names = ['6rd:fd00::/40+10.0.0.0/8', '6rd:fd00::/4+010.0.0.0/8', '6rd.fd00..40.10.0.0.0.8', 'overlay'].map(
    profileSlug,
  );
  assert.is(new Set(names).size, 4);
  for (const name of names) assert.match(name, /^[A-Za-z0-9-]+$/);
  assert.is(profileSlug(parseProfile('6to4').name), '6to4');
});

test.run();
