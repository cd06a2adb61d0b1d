import { parseStats } from '../../harness/target/stats.ts';
import { TargetError } from '../../harness/target/target-error.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('target/stats');

test('what stats prints is read, also what nobody asks for', () => {
  const output =
    '{"counters": {"decapDropsSpoofed": 12, "ecnAnomaliesLogged": null, "packets": 1}, "entries": {"routes": 3}}';
  const stats = parseStats(output);
  assert.is(stats.counters.decapDropsSpoofed, 12);
  assert.is(stats.counters.ecnAnomaliesLogged, null);
  assert.is(stats.counters.icmpv4Errors, undefined);
  assert.is(stats.entries.routes, 3);
  assert.equal(parseStats('{}'), { counters: {}, entries: {} });
});

for (const [what, output] of [
  ['no JSON', 'rx_errors 12'],
  ['a list', '[]'],
  ['another table', '{"gauges": {}}'],
  ['a negative number', '{"counters": {"decapDropsSpoofed": -1}}'],
  ['a fraction', '{"counters": {"decapDropsSpoofed": 1.5}}'],
  ['a number as text', '{"counters": {"decapDropsSpoofed": "12"}}'],
] as const) {
  test(`${what} is a defect of the target`, () => {
    assert.throws(
      () => parseStats(output),
      (error: unknown) => error instanceof TargetError && error.exitCode === 3,
    );
  });
}

test.run();
