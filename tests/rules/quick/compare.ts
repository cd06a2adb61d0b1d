/** The quick path with the rules behind it, against the rules alone. */
import { readUint16 } from '../../../harness/packet/bytes.ts';
import { createRuleEngine, type Finding, type JudgedFrame, type RuleContext } from '../../../harness/rules/index.ts';
import { assert } from '../../support/suite.ts';

export interface Comparison {
  readonly frames: number;
  /** Frames that the quick path passed. */
  readonly passed: number;
  readonly findings: number;
}

/** Judges the frames twice and throws where the two ways differ in a finding, or in the end in what was judged. */
export function compareQuickPath(context: RuleContext, frames: Iterable<Uint8Array>, count: number): Comparison {
  const quick = createRuleEngine(context);
  const alone = createRuleEngine(context);
  if (quick.quick === undefined) throw new Error('expected a quick path for this context, found none');
  let number = 0;
  let passed = 0;
  let findings = 0;
  // A read buffer in which a frame is neither at the start nor at the end.
  const buffer = new Uint8Array(4096).fill(0x66);
  const view = new DataView(buffer.buffer);
  for (const bytes of frames) {
    if (++number > count) break;
    const timestampMs = 1.7e12 + number * 0.37;
    const at = number % 5;
    buffer.fill(0x66, 0, bytes.length + 64);
    buffer.set(bytes, at);
    const judged: JudgedFrame = { number, port: undefined, direction: 'unknown', timestampNs: 0n, timestampMs, bytes };
    const expected = alone.judge(judged);
    const isPassed =
      bytes.length >= 14 &&
      quick.quick({
        number,
        bytes: buffer,
        view,
        networkAt: at + 14,
        etherType: readUint16(bytes, 12),
        end: at + bytes.length,
        isBroadcast: bytes.subarray(0, 6).every((byte) => byte === 0xff),
        timestampMs,
      }) !== 'not judged';
    if (isPassed) passed++;
    const actual: readonly Finding[] = isPassed ? [] : quick.judge(judged);
    findings += expected.length;
    if (expected.length > 0 || actual.length > 0) assert.equal(actual, expected, `frame ${number}`);
  }
  assert.equal(quick.finish(), alone.finish());
  assert.equal([...quick.judged], [...alone.judged]);
  return { frames: number - 1, passed, findings };
}
