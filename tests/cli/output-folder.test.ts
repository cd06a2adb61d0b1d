import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { makeOutputFolder, removeIfEmpty, shownPath } from '../../harness/cli/output-folder.ts';
import { UsageError } from '../../harness/cli/usage-error.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('cli/output-folder');
const NOW = new Date('2026-01-02T03:04:05.678Z');
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-out-'));
});
test.after(() => rm(folder, { recursive: true }));

test('the default is a new folder by the time, also for two runs in one second', async () => {
  const made = await Promise.all([1, 2, 3].map(() => makeOutputFolder(undefined, NOW, folder)));
  assert.equal(made.map((path) => basename(path)).sort(), [
    '2026-01-02T03-04-05',
    '2026-01-02T03-04-05-2',
    '2026-01-02T03-04-05-3',
  ]);
  assert.is(shownPath(made[0] ?? '', folder).startsWith('./proto41-results/'), true);
});

test('a named folder is made with its parents, and may be there when it is empty', async () => {
  const made = await makeOutputFolder('a/b', NOW, folder);
  assert.is(made, join(folder, 'a', 'b'));
  assert.is(await makeOutputFolder('a/b', NOW, folder), made);
});

test('a folder with something in it, or under a file, is wrong usage', async () => {
  await writeFile(join(folder, 'file'), '');
  await assert.rejects(makeOutputFolder('.', NOW, folder), UsageError);
  await assert.rejects(makeOutputFolder('file/x', NOW, folder), '--out file/x: expected a folder that can be made');
});

test('only an empty folder is taken back', async () => {
  const made = await makeOutputFolder('c', NOW, folder);
  await writeFile(join(made, 'kept'), '');
  await removeIfEmpty(made);
  assert.equal(await readdir(made), ['kept']);
  await removeIfEmpty(await makeOutputFolder('d', NOW, folder));
  assert.not.ok((await readdir(folder)).includes('d'));
});

test('a place where nothing can be made is refused, also one that only seems to be there', async () => {
  for (const named of ['/proc/proto41/x', '/proc/sys/proto41', '/etc/hostname/x'])
    await assert.rejects(makeOutputFolder(named, NOW, folder), (error) => error instanceof UsageError);
});

test('the default parent goes with the folder of a run that never began, unless something else is in it', async () => {
  const working = join(folder, 'never-began');
  const made = await makeOutputFolder(undefined, NOW, working);
  await removeIfEmpty(made);
  assert.equal(await readdir(working), []);
  const [first, second] = [
    await makeOutputFolder(undefined, NOW, working),
    await makeOutputFolder(undefined, NOW, working),
  ];
  await removeIfEmpty(first);
  assert.equal(await readdir(join(working, 'proto41-results')), [basename(second)]);
});

test.run();
