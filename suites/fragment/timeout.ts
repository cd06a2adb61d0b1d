import { ICMPV4_TYPE, type LayerOf } from '../../harness/packet/index.ts';
import type { Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { fragment } from './area.ts';
import { wholeOf } from './vectors.ts';
import { needsIpv4Reassembly } from '../outer-family.ts';

const EARLIEST_MS = 60_000;
const LATEST_MS = 120_000;
/** Timers of a kernel are no stop watches. */
const TOLERANCE_MS = 5000;
const IN_REASSEMBLY = 1;
/** Fragments that other cases have left time out as well, and errors to one destination are few per second. */
const APART_MS = 10_000;

interface Incomplete {
  readonly whole: Stimulus;
  readonly sent: readonly Stimulus[];
  readonly missing: readonly Stimulus[];
  /** The first fragment is there, so that its sender is to be told. */
  readonly isDue: boolean;
}

const incomplete = (t: TestContext, what: string, kept: readonly number[]): Incomplete => {
  const whole = wholeOf(t, 340, `tunnel packet ${what}`);
  const pieces = t.fragmentsOf(whole, [104, 104]);
  return {
    whole,
    sent: pieces.filter((_, index) => kept.includes(index)),
    missing: pieces.filter((_, index) => !kept.includes(index)),
    isDue: kept.includes(0),
  };
};

/** ICMPv4 in a frame of its own, not inside a tunnel packet. */
const timeExceededIn = ({ decoded }: SeenFrame): LayerOf<'icmpv4'> | undefined => {
  const [, , layer] = decoded.layers;
  return layer?.kind === 'icmpv4' && layer.header.type === ICMPV4_TYPE.TIME_EXCEEDED ? layer : undefined;
};

const reportsOf = (seen: Seen, whole: Stimulus): readonly SeenFrame[] =>
  seen.of(whole).filter((frame) => timeExceededIn(frame) !== undefined);

/** One report to the sender of the fragments, neither early nor late, and nothing else. */
const expectReport = (t: TestContext, seen: Seen, { whole }: Incomplete, startNs: bigint): void => {
  const reports = reportsOf(seen, whole);
  t.expectEqual(`ICMPv4 Time Exceeded for the ${whole.title}:`, reports.length, 1);
  t.expectEqual(`frames that the ${whole.title} caused:`, seen.of(whole).length, 1);
  for (const frame of reports) {
    const outer = frame.decoded.layers.find((layer) => layer.kind === 'ipv4')?.header;
    t.expectEqual('code of Time Exceeded', timeExceededIn(frame)?.header.code ?? -1, IN_REASSEMBLY, { frame });
    t.expectEqual('checksum of Time Exceeded', timeExceededIn(frame)?.checksum ?? 'none', 'good', { frame });
    t.expectEqual('destination of Time Exceeded', String(outer?.destination), t.lab.n2.ipv4.toString(), { frame });
    t.expectEqual('source of Time Exceeded', String(outer?.source), t.lab.n1.ipv4.toString(), { frame });
    const afterMs = Number((frame.timestampNs - startNs) / 1_000_000n);
    // The time itself is only recommended (RFC 1122 section 3.3.2).
    t.expectEqual(
      'Time Exceeded between 60 and 120 s after the first fragment:',
      isInTime(afterMs) ? 'yes' : `after ${String(Math.round(afterMs / 1000))} s`,
      'yes',
      { frame, tolerated: true },
    );
  }
};

const isInTime = (afterMs: number): boolean =>
  afterMs >= EARLIEST_MS - TOLERANCE_MS && afterMs <= LATEST_MS + TOLERANCE_MS;

// RFC 1122 section 3.3.2, RFC 792, RFC 4213 section 3.6: of a packet that stays incomplete nothing is ever delivered. It is discarded
// after a time, recommended to be 60 to 120 s; its sender is told with Time Exceeded, code 1, where the first fragment is there.
fragment.case(
  'fragment.incomplete-discarded',
  { slow: true, waitSeconds: 135, errors: 'expected', notFor: needsIpv4Reassembly },
  async (t) => {
    await t.watch({ forMs: APART_MS });
    const packets = [
      incomplete(t, 'without its first fragment', [1, 2]),
      incomplete(t, 'with its last fragment alone', [2]),
      incomplete(t, 'without its middle fragment', [0, 2]),
      incomplete(t, 'without its last fragment', [0, 1]),
      incomplete(t, 'with its first fragment alone', [0]),
    ];
    const due = packets.filter(({ isDue }) => isDue);
    const clock = t.fromTunnel();
    const seen = await t.watch(
      {
        forMs: LATEST_MS + TOLERANCE_MS,
        until: (soFar) => due.every(({ whole }) => reportsOf(soFar, whole).length > 0),
      },
      clock,
      ...packets.flatMap(({ sent }) => sent),
    );
    const startNs = t.expectDelivered(seen, clock)?.frame.timestampNs;
    for (const packet of packets) {
      if (!packet.isDue) t.expectNothing(seen, packet.whole);
      else if (startNs !== undefined) expectReport(t, seen, packet, startNs);
    }
    // What is missing comes too late now, and what was there is gone.
    const late = await t.exchange(...packets.flatMap(({ missing }) => missing));
    for (const { whole } of packets) t.expectNothing(late, whole);
  },
);
