import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import * as v from 'valibot';
import { assert, suite } from '../support/suite.ts';

const test = suite('rules/hot path', { timeoutMs: 120_000 });

const script = fileURLToPath(new URL('./hot-path-measurement.ts', import.meta.url));
const measurementSchema = v.object({
  frames: v.number(),
  findings: v.number(),
  judged: v.number(),
  judgedFrames: v.number(),
  grownBytes: v.number(),
  framesPerSecond: v.number(),
});

/** Whether a number is put into an object of its own is up to the compiler, which decides otherwise in one process of seven. */
const PROCESSES = 5;
const LEAST_BYTES_PER_FRAME = 8;

const measure = async (profile: string, direction: string): Promise<v.InferOutput<typeof measurementSchema>> => {
  const { stdout } = await execa('node', ['--expose-gc', '--import', 'tsx', script, profile, direction]);
  const measured = v.parse(measurementSchema, JSON.parse(stdout));
  assert.is(measured.findings, 0);
  assert.is(measured.judged, measured.judgedFrames);
  return measured;
};

for (const [title, profile, direction] of [
  ['protocol 41, live', 'overlay', 'from-dut'],
  ['protocol 41, a capture', 'overlay', 'unknown'],
  ['protocol 41, DF clear', 'overlay,mtu=static:1480', 'unknown'],
  ['FOU, live', 'overlay,encap=fou:3544', 'from-dut'],
] as const) {
  test(`judging a frame allocates next to nothing: ${title}`, async () => {
    const perFrame: number[] = [];
    while (perFrame.length < PROCESSES && !perFrame.some((bytes) => bytes < LEAST_BYTES_PER_FRAME)) {
      const { grownBytes, frames } = await measure(profile, direction);
      perFrame.push(grownBytes / frames);
    }
    assert.ok(Math.min(...perFrame) < LEAST_BYTES_PER_FRAME, `${perFrame.join(', ')} bytes for each frame`);
  });
}

test.run();
