/** The two targets that docs/getting-started.md and docs/targets.md teach with: each has its mistake, and no other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, suite } from '../support/suite.ts';
import { runCases, whyNoTarget } from './support.ts';

const test = suite('targets/broken', { timeoutMs: 120_000 });
const reason = await whyNoTarget();

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-broken-'));
});
test.after(() => rm(folder, { recursive: true }));

const MISTAKES = [
  { target: 'broken-ttl', case: 'hop-limit.outer-ttl-value', shows: /^ {12}> ttl +\d+$/m },
  {
    target: 'broken-mtu',
    case: 'mtu.learn-from-icmpv4',
    shows: /^ {2}expected {2}exactly one ICMPv6 Packet Too Big \(type 2\) native on P/m,
  },
] as const;

for (const mistake of MISTAKES) {
  test.skipIf(reason, `${mistake.target} fails ${mistake.case}, and the report shows where`, async () => {
    const sound = 'encap.ihl-5';
    const cases = [mistake.case, sound];
    const { exitCode, stdout, result } = await runCases(mistake.target, 'overlay', join(folder, mistake.target), cases);
    assert.is(exitCode, 1);
    assert.match(stdout, `FAIL ${mistake.case} [overlay]`);
    assert.match(stdout, mistake.shows);
    const failed = result.cases.filter(({ verdict }) => verdict !== 'pass').map(({ id }) => id);
    assert.equal(
      failed.filter((id) => !id.startsWith(mistake.case) && !id.includes('/passive')),
      [],
    );
    assert.ok(result.cases.some(({ verdict }) => verdict === 'pass'));
  });
}

test.run();
