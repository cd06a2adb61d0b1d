import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import * as v from 'valibot';
import { examinationText } from '../../../harness/cli/doctor/text.ts';
import { nodeCheck } from '../../../harness/cli/doctor/programs.ts';
import { temporaryCheck } from '../../../harness/cli/doctor/storage.ts';
import { PLAIN } from '../../../harness/report/palette.ts';
import { assert, suite } from '../../support/suite.ts';
import { FIXTURE, proto41 } from '../support.ts';

const test = suite('cli/doctor', { timeoutMs: 60_000 });

const examinationSchema = v.object({
  defaultRunPossible: v.boolean(),
  checks: v.array(v.object({ name: v.string(), state: v.string(), found: v.string(), remedy: v.optional(v.string()) })),
});

let empty = '';
/** A machine on which nothing is installed and nothing is cached. */
const bare = (): { environment: Record<string, string>; cwd: string } => ({
  environment: { PATH: join(empty, 'bin'), XDG_CACHE_HOME: join(empty, 'cache') },
  cwd: empty,
});

test.before(async () => {
  empty = await mkdtemp(join(tmpdir(), 'proto41-bare-'));
  await symlink('/nonexistent', join(empty, 'bin'));
});
test.after(() => rm(empty, { recursive: true }));

test('without QEMU the default run is impossible, and the command that installs it is named', async () => {
  const { exitCode, stdout, stderr } = await proto41(['doctor', '--json'], bare());
  assert.is(exitCode, 3);
  assert.is(stderr, '');
  const { defaultRunPossible, checks } = v.parse(examinationSchema, JSON.parse(stdout));
  assert.is(defaultRunPossible, false);
  const qemu = checks.find(({ name }) => name === 'qemu-system-x86_64');
  assert.is(qemu?.state, 'missing');
  assert.match(qemu?.remedy ?? '', /qemu-system-x86/);
  assert.is(checks.find(({ name }) => name === 'kernels')?.found, 'none in the cache');
  assert.is(checks.find(({ name }) => name === 'temporary folder')?.state, 'ok');
});

test('a start without parameters says first that Linux is not tested, and runs the reference', async () => {
  const { exitCode, stdout, stderr } = await proto41([], { entry: FIXTURE, ...bare() });
  assert.is(exitCode, 1);
  assert.match(
    stderr,
    /^proto41: Linux cannot be booted in a virtual machine here, so Linux is NOT tested by this run\n {2}missing: qemu-system-x86_64/,
  );
  assert.match(stderr, /install.*: .*apt-get install .*qemu-system-x86/);
  assert.match(stderr, 'npm start -- run --target reference --node memory --profile overlay');
  assert.match(stdout, /^FAIL reference on memory, overlay/m);
});

test('an explicit run of Linux without QEMU does not fall back: exit code 3', async () => {
  const { exitCode, stderr } = await proto41(['run', '--target', 'linux-sit', '--no-expectations'], {
    // The deviations of linux-sit speak of cases that the fixture does not have.
    entry: FIXTURE,
    ...bare(),
  });
  assert.is(exitCode, 3);
  assert.match(stderr, 'qemu-system-x86_64');
});

for (const [what, stderr, found, remedy] of [
  [
    'does not answer',
    'Cannot connect to the Docker daemon',
    /its client is there, but no daemon answers: Cannot connect to the Docker daemon/,
    /start it|docker\.io/,
  ],
  ['lets nobody in', 'permission denied while trying to connect', /does not let this user in/, /^be root/],
] as const) {
  test(`a docker engine that ${what} is told from others, with what to do`, async () => {
    const folder = await mkdtemp(join(empty, 'docker-'));
    await writeFile(join(folder, 'docker'), `#!/bin/sh\necho '${stderr}' >&2\nexit 1\n`, { mode: 0o755 });
    const PATH = [folder, process.env['PATH']].join(delimiter);
    const { stdout } = await proto41(['doctor', '--json'], { environment: { PATH }, cwd: empty });
    const docker = v.parse(examinationSchema, JSON.parse(stdout)).checks.find(({ name }) => name === 'docker');
    assert.is(docker?.state, 'limited');
    assert.match(docker?.found ?? '', found);
    assert.match(docker?.remedy ?? '', remedy);
  });
}

test('an old Node and a folder that cannot be written are missing', async () => {
  assert.is(nodeCheck('v18.20.0').state, 'missing');
  assert.is(nodeCheck('v22.0.0').state, 'ok');
  assert.is((await temporaryCheck('/nonexistent')).state, 'missing');
});

test('the text shows remedies of what is missing, and the verdict last', () => {
  const text = examinationText(
    {
      defaultRunPossible: false,
      checks: [
        { name: 'a', state: 'ok', found: 'v1', neededForDefaultRun: true, why: 'unseen' },
        {
          name: 'bb',
          state: 'missing',
          found: 'none\u001b',
          neededForDefaultRun: true,
          why: 'it boots',
          remedy: 'apt-get install bb',
        },
      ],
    },
    PLAIN,
  );
  assert.is(
    text,
    'ok      a   v1\nmissing bb  none\\x1b\n            it boots\n            apt-get install bb\n\n`npm start` cannot boot Linux here, missing: bb; it runs the reference in memory instead\n',
  );
});

test.run();
