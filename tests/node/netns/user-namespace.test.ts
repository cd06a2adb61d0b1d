/** The command line for somebody without rights, in a user namespace. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { assert, suite } from '../../support/suite.ts';
import { asNobody, whyNoUserNamespace, writeTarget } from './support.ts';

const test = suite('node/netns/user-namespace', { timeoutMs: 60_000 });
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const reason = await whyNoUserNamespace();

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
  const [file, ...nobody] = asNobody;
  const command = [...nobody, process.execPath, '--import', 'tsx', 'run.ts', 'target', 'check', target, '--json'];
  const { stdout, stderr } = await execa(file, command, { cwd: ROOT, reject: false, env: { HOME: folder } });
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
