/** Targets without an image of their own, in the container that the project makes. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { readResults } from '../../../harness/runner/results-file.ts';
import type { RunResult } from '../../../harness/runner/result.ts';
import { findCommand } from '../../../scripts/requirements.mjs';
import { assert, suite } from '../../support/suite.ts';
import { whyNoVm } from '../vm/support.ts';
import { pause, writeTarget } from '../netns/support.ts';
import { whyNoProjectImage } from './support.ts';

const test = suite('node/docker/project-image', { timeoutMs: 240_000 });
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const noImage = await whyNoProjectImage();
const noGuest = noImage ?? (await whyNoVm());
let folder: string;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-docker-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

const run = async (
  name: string,
  ...parameters: readonly string[]
): Promise<RunResult & { readonly stderr: string }> => {
  const out = join(folder, name);
  const words = [
    '--import',
    'tsx',
    'run.ts',
    'run',
    '--node=docker',
    '--out',
    out,
    '--seed=7',
    '--verbose',
    ...parameters,
  ];
  const { stderr } = await execa(process.execPath, words, { cwd: ROOT, reject: false });
  assert.ok(existsSync(join(out, 'results.json')), stderr);
  return { ...(await readResults(out)), stderr };
};

const verdicts = ({ cases }: RunResult): string[] => cases.map(({ id, verdict }) => `${id} ${verdict}`);

test.skipIf(
  noGuest,
  'a tunnel driver is judged in a container, on a kernel that has it, and the run says on which',
  async () => {
    const { node, stderr, ...result } = await run('sit', '--target=linux-sit', '--case=dscp-ecn.ingress-table');
    assert.equal(verdicts({ ...result, node }), ['dscp-ecn.ingress-table fail']);
    assert.is(result.cases[0]?.expectation.kind, 'expected');
    assert.is(node.node, 'docker');
    assert.is(node.wire, 'afpacket');
    // Only where this machine's own kernel has no such driver there is one inside the container.
    const hasDriver = existsSync('/sys/module/sit');
    assert.is(node.kernelRelease === release(), hasDriver, stderr);
    assert.is(/has no driver sit .*booting a kernel inside the container/.test(stderr), !hasDriver);
  },
);

test.skipIf(
  noGuest,
  'a kernel that is asked for is booted in the container, which frames of every length reach as they were sent',
  async () => {
    const cases = ['--case=fragment.reassembly*', '--case=decap.inner-unchanged/every-length'];
    const inContainer = await run('kernel', '--target=linux-sit', '--kernel=bookworm', ...cases);
    assert.is(inContainer.node.kernelName, 'bookworm');
    assert.match(inContainer.cases[0]?.rerun ?? '', '--node docker --kernel bookworm');
    assert.ok(inContainer.cases.length > 1);
    assert.not.ok(inContainer.cases.some(({ verdict }) => verdict === 'inconclusive' || verdict === 'error'));
  },
);

test.skipIf(
  noImage,
  'a process that ships with the project runs in a container on the kernel of this machine',
  async () => {
    const result = await run('reference', '--target=reference-live', '--case=decap.source*');
    assert.is(result.node.kernelRelease, release());
    assert.ok(result.cases.length > 1);
    assert.not.ok(
      result.cases.some(({ verdict }) => verdict !== 'pass'),
      verdicts(result).join('\n'),
    );
  },
);

test.skipIf(noImage, 'a script sets the controls of its own network, and of nothing else', async () => {
  const target = await writeTarget(join(folder, 'controls'), 'script', {
    up: `[ "$PROTO41_MAPPING" = 6rd ] || exit 127
echo 1 >/proc/sys/net/ipv4/ip_forward || exit 1
if echo proto41 2>/dev/null >/proc/sys/kernel/hostname; then echo 'the kernel is writable' >&2; exit 1; fi
echo 'all is well' >&2
exit 127`,
    down: ':',
  });
  const { cases } = await run('controls-run', `--target=${target}`, '--case=decap.strict-rpf-off');
  assert.ok(cases.length > 0);
  for (const { verdict, reason } of cases) assert.match(`${verdict}: ${reason ?? ''}`, /^skip: .*all is well/);
});

const start = (file: string, parameters: readonly string[]) =>
  execa(file, parameters, { cwd: ROOT, reject: false, env: { NO_COLOR: '1', CI: '1', SHELL: '/bin/sh' } });

const RUN_IN_DOCKER = ['--import', 'tsx', 'run.ts', 'run', '--node=docker'] as const;

/** Resolves when the words have been said, and fails when they never will be. */
const said = async (child: ReturnType<typeof start>, stream: 'stdout' | 'stderr', words: string): Promise<string> => {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child[stream].on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes(words)) resolve();
    });
    void child.then(() => reject(new Error(`expected ${JSON.stringify(words)}, found:\n${text}`)));
  });
  return text;
};

const script = findCommand('script');
test.skipIf(
  noImage ?? (script === undefined ? 'script of util-linux is not installed' : undefined),
  'a run that stops at a failing case says how to get into the container, and the way leads there',
  async () => {
    const atTerminal = (command: string) => start(script ?? '', ['-qefc', command, '/dev/null']);
    const flags = ['--target=broken-ttl', '--case=hop-limit.outer-ttl-value', `--out=${join(folder, 'debug')}`];
    const command = [process.execPath, ...RUN_IN_DOCKER, ...flags, '--debug=hop-limit.*'].join(' ');
    const run = atTerminal(command);
    const text = await said(run, 'stdout', 'debug>');
    assert.match(text, 'still up, on the node docker');
    const [, way = ''] = /A shell in it, from another terminal: +(docker .*\bexec .*\bsh)\r?\n/.exec(text) ?? [];
    const visitor = atTerminal(way);
    visitor.stdin.write('ip -oneline link show dev eth2; exit\n');
    assert.match((await visitor).stdout, '02:41:00:00:00:03');
    run.stdin.write('! pwd\nc\n');
    const { stdout, exitCode } = await run;
    assert.is(exitCode, 1);
    assert.match(stdout, join(ROOT, 'targets/broken-ttl'));
  },
);

const containersOf = async (pid: number | undefined): Promise<string[]> => {
  const format = ['--format', '{{.ID}} {{.Label "proto41.owner"}}'];
  const { stdout } = await execa('docker', ['ps', '--all', '--filter', 'label=proto41.owner', ...format]);
  return stdout.split('\n').filter((line) => line.includes(`"pid":${String(pid)},`));
};

test.skipIf(noImage, 'a second Ctrl-C does not wait for the target, and takes the container along', async () => {
  const target = await writeTarget(join(folder, 'slow'), 'script', {
    up: '[ "$PROTO41_MAPPING" = 6rd ] || exit 127',
    down: 'sleep 50',
  });
  const flags = [`--target=${target}`, '--case=decap.*', `--out=${join(folder, 'slow-run')}`];
  const run = start(process.execPath, [...RUN_IN_DOCKER, ...flags]);
  await said(run, 'stderr', 'setting up the target');
  await pause(1000);
  assert.is((await containersOf(run.pid)).length, 1);
  run.kill('SIGINT');
  await said(run, 'stderr', 'once more to end at once');
  await pause(500);
  run.kill('SIGINT');
  assert.is((await run).exitCode, 130);
  for (let waited = 0; waited < 100 && (await containersOf(run.pid)).length > 0; waited += 1) await pause(100);
  assert.equal(await containersOf(run.pid), []);
});

test.run();
