import { ecn } from '../../../harness/reference/tunnel/ecn.ts';
import { parseConfig } from '../../../harness/reference/config.ts';
import { assert, suite } from '../../support/suite.ts';
import { setupFor } from '../reference-bench.ts';

const test = suite('reference/tunnel/ecn');

/** RFC 6040 section 4.2, rows: inner Not-ECT, ECT(1), ECT(0), CE; columns the same for the outer field. */
const EGRESS = [
  [0, 0, 0, undefined],
  [1, 1, 1, 3],
  [2, 1, 2, 3],
  [3, 3, 3, 3],
] as const;

test('the egress table has sixteen cells', () => {
  for (const [inner, row] of EGRESS.entries()) {
    for (const [outer, expected] of row.entries())
      assert.is(ecn.egress(inner, outer), expected, `${String(inner)}/${String(outer)}`);
  }
});

const configFor = (text: string): ReturnType<typeof parseConfig> => parseConfig(setupFor(text).setup);
const ingress = (text: string): number[] => [0, 1, 2, 3].map((inner) => ecn.ingress(configFor(text), inner));

test('the ingress copies, resets congestion or clears, as the switch says', () => {
  assert.equal(ingress('6in4'), [0, 1, 2, 3]);
  assert.equal(ingress('6in4,ecnEncap=3168'), [0, 1, 2, 2]);
  assert.equal(ingress('6in4,ecnEncap=compat'), [0, 0, 0, 0]);
});

test('the outer DSCP does not reach the inner Traffic Class', () => {
  const outer = { port: 'U', source: 0, destination: 0, tos: 0xb9, ttl: 64, framing: 'protocol-41' } as const;
  assert.is(ecn.decapsulated(ecn, configFor('6in4'), 0x2a, outer), 0x29);
  assert.is(ecn.decapsulated(ecn, configFor('6in4,ecnDecap=off'), 0x2a, outer), 0x2a);
});

test.run();
