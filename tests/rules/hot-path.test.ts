import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRuleEngine, type JudgedFrame } from '../../harness/rules/index.ts';
import { assert, suite } from '../support/suite.ts';
import { bytesOf, inertPayload, inUdp, tunnelled, word } from './handmade.ts';
import { contextOf, strangersContext } from './support.ts';

const test = suite('rules/hot path');
const FRAMES = 200_000;

/** The engine must not run on a heap that the collector tidies up in between, so the test collects by itself. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new TypeError('expected a function gc');
  return () => void Reflect.apply(collect, undefined, []);
}

for (const [title, profile, direction, make] of [
  ['protocol 41, live', 'overlay', 'from-dut', tunnelled],
  ['protocol 41, a capture', 'overlay', 'unknown', tunnelled],
  ['protocol 41, DF clear', 'overlay,mtu=static:1480', 'unknown', tunnelled],
  ['FOU, live', 'overlay,encap=fou:3544', 'from-dut', inUdp],
] as const) {
  test(`judging ${FRAMES} frames allocates next to nothing: ${title}`, () => {
    const collect = collector();
    const engine = createRuleEngine(direction === 'unknown' ? strangersContext(profile) : contextOf(profile));
    const flags = profile.includes('static') ? 0 : 0x4000;
    const frames: JudgedFrame[] = Array.from({ length: 256 }, (_, index) => ({
      number: index,
      port: 'U',
      direction,
      timestampNs: BigInt(index) * 100n,
      bytes:
        make === inUdp
          ? inUdp({ payload: bytesOf(inertPayload, word(index)) })
          : tunnelled({ payload: bytesOf(inertPayload, word(index)) }, { flags, identification: index }),
    }));
    const pass = (count: number): number => {
      let findings = 0;
      for (let index = 0; index < count; index++) {
        const judged = frames[index & 255];
        if (judged !== undefined) findings += engine.judge(judged).length;
      }
      return findings;
    };
    assert.is(pass(FRAMES / 2), 0);
    collect();
    const before = process.memoryUsage().heapUsed;
    const start = process.cpuUsage();
    assert.is(pass(FRAMES), 0);
    const seconds = process.cpuUsage(start).user / 1e6;
    const grownBytes = process.memoryUsage().heapUsed - before;
    console.log(
      `${title}: ${Math.round(FRAMES / seconds / 1000)} thousand packets per second of CPU, ${(grownBytes / FRAMES).toFixed(2)} bytes/packet`,
    );
    assert.ok(grownBytes < FRAMES * 8, `${grownBytes} bytes for ${FRAMES} frames`);
    assert.is(engine.judged.get('encap.version-4'), FRAMES * 1.5);
  });
}

test.run();
