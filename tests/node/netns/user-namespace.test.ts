/** The command line for somebody without rights, in a user namespace. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { findCommand } from '../../../scripts/requirements.mjs';
import { assert, suite } from '../../support/suite.ts';
import { writeTarget } from './support.ts';

const test = suite('node/netns/user-namespace', { timeoutMs: 60_000 });
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];

const whyNot = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) return 'needs root, to become somebody without rights';
  if (findCommand('setpriv') === undefined) return 'setpriv is not installed';
  const asNobody = (...command: readonly string[]) => execa('setpriv', [...NOBODY, ...command], { reject: false });
  if ((await asNobody('test', '-r', join(ROOT, 'run.ts'))).failed) return 'the project lies where others may not read';
  const probe = await asNobody('unshare', '--user', '--map-root-user', '--net', 'ip', 'link', 'add', 'type', 'veth');
  return probe.failed ? `this machine has no user namespaces for everybody: ${probe.stderr}` : undefined;
};
const reason = await whyNot();

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-user-'));
  await chmod(folder, 0o777);
});
test.after(() => rm(folder, { recursive: true, force: true }));

test.skipIf(reason, 'without rights a target is run all the same, and it is said how', async () => {
  const target = await writeTarget(join(folder, 'target'), 'process', {
    up: `[ "$PROTO41_MAPPING" = 6rd ] || exit 127; id -u >"${folder}/id"; echo ready; exec sleep 100`,
  });
  const command = [...NOBODY, process.execPath, '--import', 'tsx', 'run.ts', 'target', 'check', target, '--json'];
  const { stdout, stderr } = await execa('setpriv', command, { cwd: ROOT, reject: false, env: { HOME: folder } });
  assert.match(stderr, 'not root, so the network namespaces are made inside a user namespace');
  // The target forwards nothing, which is all that is wrong with it.
  const { steps } = JSON.parse(stdout) as { steps: { name: string; state: string }[] }; // as `target check` writes it
  assert.equal(
    steps.filter(({ state }) => state === 'failed').map(({ name }) => name),
    ['packet from a pod', 'packet from the tunnel'],
  );
  assert.is(await readFile(join(folder, 'id'), 'utf8'), '0\n');
});

test.run();
