/** What docs/targets.md promises to anybody: a manifest and two scripts around a program that knows nothing of Proto41 get a full report. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { whyNoTun } from '../../harness/node/netns/index.ts';
import type { RunResult } from '../../harness/runner/result.ts';
import { readResults } from '../../harness/runner/results-file.ts';
import { findCommand } from '../../scripts/requirements.mjs';
import { whyNoProjectImage } from '../node/docker/support.ts';
import { whyNoNetns } from '../node/netns/support.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('end to end with a target of a stranger', { timeoutMs: 600_000 });
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ACME = join(ROOT, 'tests/node/netns/fixtures/acme-6rd');
const noCompiler = findCommand('cc') === undefined ? 'no C compiler' : undefined;
const noNetns = (await whyNoNetns()) ?? noCompiler ?? whyNoTun();
const noDocker = noNetns ?? (await whyNoProjectImage());

/** What acme lacks, as its author would have to admit, and what it does right. */
const WRONG = [
  'decap.source-matches-embedded',
  'decap.destination-matches-outer',
  'decap.embedded-address-sanity',
  'dscp-ecn.egress-drop-not-ect-ce',
  'dscp-ecn.traffic-class-copy',
  'security.egress-source-pair',
  'mtu.learn-from-icmpv4',
];
const RIGHT = [
  'encap.inner-unchanged',
  'encap.header-checksum',
  'decap.inner-unchanged',
  'hop-limit.encap-decrement',
  'hop-limit.decap-decrement',
];

/** What shows in Redirects alone, which the kernel under acme sends into its tunnel at a limited rate: in either node now and then it sends none. */
const LIMITED: readonly string[] = ['security.drops-silent', 'icmp6.no-error-on-error'];

interface Report {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly out: string;
  readonly result: RunResult;
}

let folder: string;
let target: string;

const proto41 = (...parameters: readonly string[]) =>
  execa('node', ['--import', 'tsx', 'run.ts', ...parameters], { cwd: ROOT, reject: false });

const judge = async (node: string): Promise<Report> => {
  const out = join(folder, node);
  const flags = ['--node', node, '--jobs', '2', '--seed', '7', '--out', out];
  const { exitCode, stdout, stderr } = await proto41('run', '--target', target, ...flags);
  try {
    return { exitCode, stdout, out, result: await readResults(out) };
  } catch (error) {
    throw new Error(stderr, { cause: error });
  }
};

/** Of each node the report, which is asked for once. */
const reports = new Map<string, Promise<Report>>();
const reportOf = (node: 'netns' | 'docker'): Promise<Report> => {
  const report = reports.get(node) ?? judge(node);
  reports.set(node, report);
  return report;
};

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-test-'));
  if (noNetns !== undefined) return;
  target = join(folder, 'acme-6rd');
  await cp(ACME, target, { recursive: true });
  const source = join(target, 'acme.c');
  const flags = ['-O2', '-Wall', '-Wextra', '-Werror', ...(noDocker === undefined ? ['-static'] : [])];
  await execa('cc', [...flags, '-o', join(target, 'acme'), source]);
});
test.after(() => rm(folder, { recursive: true, force: true }));

const expectReport = async ({ exitCode, result, stdout, out }: Report): Promise<void> => {
  assert.is(exitCode, 1);
  const found = new Map(result.cases.map(({ id, verdict }) => [id, verdict]));
  for (const id of WRONG) assert.is(found.get(id), 'fail', id);
  for (const id of RIGHT) assert.is(found.get(id), 'pass', id);
  for (const id of WRONG) assert.match(stdout, `clause    ${id}`);
  assert.ok(result.cases.filter(({ verdict }) => verdict === 'pass').length > 60);
  assert.equal(
    result.cases.filter(({ verdict }) => verdict === 'error').map(({ id, reason }) => `${id}: ${reason ?? ''}`),
    [],
  );
  assert.match(await readFile(join(out, 'evidence', 'target.log'), 'utf8'), 'acme: not supported: mapping');
};

test.skipIf(
  noNetns,
  'a stranger with a C program and two shell scripts gets a report that names what is wrong with it',
  async () => {
    const check = await proto41('target', 'check', target);
    assert.is(check.exitCode, 0, check.stdout + check.stderr);
    assert.match(check.stdout, /^OK acme-6rd keeps the contract of a target$/m);

    // Both at once: what takes long is waiting for a program that drops what it should answer.
    if (noDocker === undefined) reportOf('docker').catch(() => undefined);
    await expectReport(await reportOf('netns'));
  },
);

test.skipIf(noDocker, 'the same folder gets the same verdicts in a container', async () => {
  const check = await proto41('target', 'check', target, '--node', 'docker');
  assert.is(check.exitCode, 0, check.stdout + check.stderr);

  const [docker, netns] = await Promise.all([reportOf('docker'), reportOf('netns')]);
  await expectReport(docker);
  assert.is(docker.result.node.node, 'docker');
  const verdicts = ({ result }: Report): string[] =>
    result.cases
      .filter(({ id }) => !LIMITED.includes(id))
      .map(({ id, verdict, reason }) => `${id}: ${verdict}${verdict === 'skip' ? `, ${reason ?? ''}` : ''}`);
  assert.equal(verdicts(docker), verdicts(netns));
});

test.run();
