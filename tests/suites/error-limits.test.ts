import { startMemoryNode } from '../../harness/node/memory/index.ts';
import type { NodeSession } from '../../harness/node/node.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import type { ErrorLimit } from '../../harness/reference/ipv6/rate-limit.ts';
import { Area } from '../../harness/runner/case.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import type { RunResult } from '../../harness/runner/result.ts';
import { runSuite } from '../../harness/runner/run-suite.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';

// A node limits its ICMP errors to each receiver (RFC 4443 section 2.4 (f)), and its count outlives the target: what one case has asked for
// must not decide another, in whatever order and however often they run.

const test = suite('suites/error-limits', { timeoutMs: 120_000 });

/** As Linux has it by default: six errors at once to each receiver, then one a second. */
const linuxLimit = (nowMs: () => number): ErrorLimit => {
  const receivers = new Map<string, { readonly left: number; readonly atMs: number }>();
  return {
    take: (_nodeMs, receiver) => {
      const key = receiver.join('.');
      const { left, atMs } = receivers.get(key) ?? { left: 6, atMs: nowMs() };
      const now = Math.min(6, left + (nowMs() - atMs) / 1000);
      receivers.set(key, { left: now < 1 ? now : now - 1, atMs: nowMs() });
      return now >= 1;
    },
  };
};

/** A node that is as fast as can be: no time passes but what somebody waits by the clock. */
const startLimited = async (): Promise<NodeSession> => {
  let sleptMs = 0;
  const session = await startMemoryNode({ errorLimit: linuxLimit(() => sleptMs) });
  const { clock } = session;
  const sleep = async (durationMs: number): Promise<void> => {
    sleptMs += durationMs;
    await clock.sleep(durationMs);
  };
  return { ...session, clock: { ...clock, sleep, nowNs: () => BigInt(Math.round(sleptMs * 1e6)) } };
};

interface Limited {
  readonly profiles: readonly string[];
  readonly repetitions: number;
  readonly areas?: readonly Area[];
}

const runLimited = async (caseGlobs: readonly string[], limited: Limited): Promise<RunResult> =>
  runSuite({
    registry: createRegistry(requirements, limited.areas ?? areas),
    target: 'reference',
    probeNonsense: false,
    profiles: limited.profiles.map((text) => parseProfile(text)),
    filter: { caseGlobs },
    seed: '1',
    repetitions: limited.repetitions,
    startSession: startLimited,
    createTestbed,
    toolVersion: 'test',
  });

const unexpectedIn = ({ cases }: RunResult): string[] =>
  cases
    .filter(({ verdict }) => verdict !== 'pass' && verdict !== 'skip')
    .map(({ id, profile, verdict, reason, violations }) =>
      [id, profile, verdict, reason, violations[0]?.actual].filter(Boolean).join(': '),
    );

/** What sends thousands of packets is judged by what becomes of them, and takes too long here. */
const quickCases = areas.flatMap((area) => area.cases.flatMap(({ exhaustive, id }) => (exhaustive === true ? [] : id)));

test('no verdict depends on how many errors a node has sent before', async () => {
  const result = await runLimited(quickCases, { profiles: ['overlay', '6in4'], repetitions: 2 });
  assert.equal(unexpectedIn(result), []);
  const often = await runLimited(['icmp6.*', 'ip6ip6.*', 'security.*', 'hop-limit.*'], {
    profiles: ['ip6ip6'],
    repetitions: 8,
  });
  assert.equal(unexpectedIn(often), []);
});

test('a case that does not wait for the node takes nothing for an error that is missing', async () => {
  const impatient = areas.map(({ name, cases }) => {
    const area = new Area(name);
    area.cases.push(...cases.map(({ errors: _errors, ...rest }) => rest));
    return area;
  });
  const result = await runLimited(['ip6ip6.encapsulation-limit'], {
    profiles: ['ip6ip6'],
    repetitions: 8,
    areas: impatient,
  });
  assert.is(result.cases[0]?.verdict, 'inconclusive');
  assert.equal(result.cases[0]?.violations, []);
});

test.run();
