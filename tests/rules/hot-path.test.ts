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
  grownBytes: v.number(),
  framesPerSecond: v.number(),
});

for (const [title, profile, direction] of [
  ['protocol 41, live', 'overlay', 'from-dut'],
  ['protocol 41, a capture', 'overlay', 'unknown'],
  ['protocol 41, DF clear', 'overlay,mtu=static:1480', 'unknown'],
  ['FOU, live', 'overlay,encap=fou:3544', 'from-dut'],
] as const) {
  test(`judging a frame allocates next to nothing: ${title}`, async () => {
    const { stdout } = await execa('node', ['--expose-gc', '--import', 'tsx', script, profile, direction]);
    const measured = v.parse(measurementSchema, JSON.parse(stdout));
    assert.is(measured.findings, 0);
    assert.is(measured.judged, measured.frames * 1.5);
    assert.ok(measured.grownBytes < measured.frames * 8, `${measured.grownBytes} bytes for ${measured.frames} frames`);
  });
}

test.run();
