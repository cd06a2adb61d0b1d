// Run in a process of its own, with --expose-gc: other tests leave a heap and compiled code behind that would be measured too.
import { createRuleEngine, type JudgedFrame } from '../../harness/rules/index.ts';
import { bytesOf, inertPayload, inUdp, tunnelled, word } from './handmade.ts';
import { contextOf, strangersContext } from './support.ts';

export interface Measurement {
  readonly frames: number;
  readonly findings: number;
  readonly judged: number;
  /** All that went by, in every round. */
  readonly judgedFrames: number;
  readonly grownBytes: number;
  readonly framesPerSecond: number;
}

const FRAMES = 100_000;
const WARM_UP = 100_000;
const ROUNDS = 3;

const [profile = 'overlay', direction = 'from-dut'] = process.argv.slice(2);
const isLive = direction === 'from-dut';
const engine = createRuleEngine(isLive ? contextOf(profile) : strangersContext(profile));
const flags = profile.includes('static') ? 0 : 0x4000;
const frames: JudgedFrame[] = Array.from({ length: 256 }, (_, index) => {
  const payload = bytesOf(inertPayload, word(index));
  return {
    number: index,
    port: 'U',
    direction: isLive ? 'from-dut' : 'unknown',
    timestampNs: BigInt(index) * 100n,
    bytes: profile.includes('fou') ? inUdp({ payload }) : tunnelled({ payload }, { flags, identification: index }),
  };
});

const pass = (count: number): number => {
  let findings = 0;
  for (let index = 0; index < count; index++) {
    const judged = frames[index & 255];
    if (judged !== undefined) findings += engine.judge(judged).length;
  }
  return findings;
};

const collect = globalThis.gc;
if (collect === undefined) throw new Error('expected to be run with --expose-gc');
let findings = pass(WARM_UP);
let seconds = Infinity;
let grownBytes = Infinity;
// What each frame costs shows in every round; a table that doubles, or code that is compiled anew, in one of them.
for (let round = 0; round < ROUNDS; round++) {
  collect();
  const before = process.memoryUsage().heapUsed;
  const start = process.cpuUsage();
  findings += pass(FRAMES);
  seconds = Math.min(seconds, process.cpuUsage(start).user / 1e6);
  grownBytes = Math.min(grownBytes, process.memoryUsage().heapUsed - before);
}
const measurement: Measurement = {
  frames: FRAMES,
  findings,
  judged: engine.judged.get('encap.version-4') ?? 0,
  judgedFrames: WARM_UP + ROUNDS * FRAMES,
  grownBytes,
  framesPerSecond: Math.round(FRAMES / seconds),
};
process.stdout.write(`${JSON.stringify(measurement)}\n`);
