import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../harness/cli/main.ts';
import { assemble } from '../../harness/cli/parts/index.ts';
import { faultNames } from '../../harness/reference/faults/index.ts';
import { Area } from '../../harness/runner/case.ts';
import { measureFaults, planFaults } from '../../harness/runner/fault-score/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { createTestbed } from '../../harness/tester/testbed.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { areas } from '../../suites/index.ts';
import { assert, suite } from '../support/suite.ts';
import { memoryTerminal, start, type Outcome } from './support.ts';

const test = suite('cli/faults', { timeoutMs: 60_000 });

/** A case that sees nothing; no rule speaks of its requirement either. */
const blind = new Area('hop-limit');
blind.case('hop-limit.decap-expired', async (t) => {
  await t.exchange(t.fromPod());
  t.expectEqual('one', 1, 1);
});

const faults = async (suites: readonly Area[], ...parameters: readonly string[]): Promise<Outcome> => {
  const { terminal, written } = memoryTerminal();
  const services = assemble(() => Promise.resolve(createRegistry(requirements, suites)));
  return { exitCode: await main(['faults', ...parameters], services, terminal), ...written() };
};

const FAULT = 'decap-hl1-delivered';

test('faults that are caught are counted by area, and the last line sums up', async () => {
  const { exitCode, stdout, stderr } = await faults(areas, '--area', 'loop', '--verbose');
  assert.is(exitCode, 0);
  assert.match(stdout, /^caught {2}\S+ \[\S+\] {2}by loop\./);
  assert.match(stdout, /^loop +\d+ +\d+ +\. /m);
  assert.match(stdout, /\nPASS (\d+) of \1 faults that have a case are caught \(100 %\);[^\n]+\n$/);
  assert.match(stderr, /^proto41: switching on \d+ faults/);
});

test('the page and the JSON are written where the user says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-faults-'));
  try {
    const out = join(folder, 'score');
    const { exitCode, stdout } = await faults(areas, '--fault', FAULT, '--out', out);
    assert.is(exitCode, 0);
    assert.match(stdout, `report in ${out}`);
    assert.match(await readFile(join(out, 'faults.html'), 'utf8'), `id="fault-${FAULT}"`);
    assert.match(await readFile(join(out, 'faults.json'), 'utf8'), `"name": "${FAULT}"`);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a fault that its case does not see survives, with what the case said, and the case proves nothing', async () => {
  const { exitCode, stdout } = await faults([blind], '--fault', FAULT);
  assert.is(exitCode, 1);
  assert.match(stdout, `survived ${FAULT} of hop-limit.decap-expired: `);
  assert.match(stdout, 'overlay: hop-limit.decap-expired pass');
  assert.match(stdout, /\nFAIL 0 of 1 faults that have a case are caught \(0 %\);/);
});

test('a case that the clean reference fails as well catches nothing', async () => {
  const sore = new Area('hop-limit');
  sore.case('hop-limit.decap-expired', async (t) => {
    await t.exchange(t.fromPod());
    t.violation(['anything else'], 'what is always there');
  });
  const { exitCode, stdout } = await faults([sore], '--fault', FAULT);
  assert.is(exitCode, 1);
  assert.match(stdout, 'overlay: hop-limit.decap-expired fail');
});

test('--all-cases lets the cases of other requirements catch what its own do not', async () => {
  const suites = [blind, ...areas.filter(({ name }) => name === 'loop')];
  const { exitCode, stdout } = await faults(suites, '--fault', FAULT, '--all-cases', '--verbose');
  assert.is(exitCode, 0);
  assert.match(stdout, `caught  ${FAULT} [6in4]  by loop.finite`);
});

test('--json prints the score and nothing else on standard output', async () => {
  const { exitCode, stdout } = await faults([blind], '--area', 'hop-limit', '--json');
  assert.is(exitCode, 1);
  const { counts, casesThatNoFaultFails } = JSON.parse(stdout);
  assert.equal(casesThatNoFaultFails, ['hop-limit.decap-expired']);
  assert.is(counts.faults, counts.survived + counts.withoutCase);
});

test('without a case for any fault nothing is decided', async () => {
  const { exitCode, stdout } = await faults([blind], '--area', 'loop');
  assert.is(exitCode, 4);
  assert.match(stdout, /\nINCONCLUSIVE 0 of 0 faults/);
});

test('what was measured before an interruption is kept', async () => {
  const controller = new AbortController();
  const registry = createRegistry(requirements, areas);
  const score = await measureFaults({
    registry,
    plan: planFaults(registry, new Set(faultNames), { areas: ['loop'] }),
    startReference: (names) => startMemoryNode({ faults: names }),
    createTestbed,
    toolVersion: 'test',
    signal: controller.signal,
    onProgress: (_fault, done) => {
      if (done === 2) controller.abort();
    },
  });
  assert.ok(score.interrupted);
  assert.ok(score.planned > 2);
  assert.is(score.faults.length, 2);
});

test('Ctrl-C ends the command with 130 and a summary', async () => {
  const child = start(['faults']);
  await new Promise((resolve) => child.stderr.once('data', resolve));
  child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await child;
  assert.is(exitCode, 130);
  assert.match(stdout, /\nINTERRUPTED \d+ of \d+ faults[^\n]+; interrupted after \d+ of \d+;/);
  assert.match(stderr, 'SIGINT: stopping and reporting what was measured');
});

test.run();
