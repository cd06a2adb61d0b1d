import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder, installFolder, openCache, withLock } from '../../harness/node/host-cache.ts';
import { ownIdentity } from '../../harness/node/process-identity.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('node/host-cache');

let base = '';
test.before.each(async () => {
  base = await mkdtemp(join(tmpdir(), 'proto41-test-'));
});
test.after.each(async () => {
  await rm(base, { recursive: true });
});

const goneOwner = (): string => JSON.stringify({ ...ownIdentity(), startTicks: '1' });

test('the cache follows XDG_CACHE_HOME and otherwise lies in the home folder', () => {
  assert.is(cacheFolder({ XDG_CACHE_HOME: '/x' }), '/x/proto41');
  assert.match(cacheFolder({ XDG_CACHE_HOME: '' }), /\/\.cache\/proto41$/);
});

test('a cache is made where there is none; one that cannot be made says which variable names another', async () => {
  await openCache(join(base, 'home', '.cache', 'proto41'));
  assert.equal(await readdir(join(base, 'home', '.cache')), ['proto41']);
  await writeFile(join(base, 'file'), '');
  // /proc says that a folder does not exist when it is made, which Node's own way to make folders takes for a reason to try again.
  for (const folder of [join(base, 'file', 'proto41'), '/proc/no-such-folder/proto41'])
    await assert.rejects(openCache(folder), /set XDG_CACHE_HOME to a folder of yours/);
});

test('an installation appears whole or not at all', async () => {
  const folder = join(base, 'a/b');
  await assert.rejects(
    installFolder(folder, async (temporary) => {
      await writeFile(join(temporary, 'half'), '');
      throw new Error('the line went dead');
    }),
    /the line went dead/,
  );
  assert.equal(await readdir(join(base, 'a')), []);
  await installFolder(folder, (temporary) => writeFile(join(temporary, 'file'), 'x'));
  assert.equal(await readdir(folder), ['file']);
  assert.equal(await readdir(join(base, 'a')), ['b']);
});

test('what is installed is not installed again, and two at once do the work once', async () => {
  const folder = join(base, 'once');
  let fills = 0;
  const fill = async (temporary: string): Promise<void> => {
    fills += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    await writeFile(join(temporary, 'file'), String(fills));
  };
  let waited = 0;
  // Either may be first; the other waits.
  const options = { onWait: () => (waited += 1) };
  await Promise.all([installFolder(folder, fill, options), installFolder(folder, fill, options)]);
  await installFolder(folder, fill);
  assert.is(fills, 1);
  assert.is(waited, 1);
  assert.is(await readFile(join(folder, 'file'), 'utf8'), '1');
});

test('a lock and a half installation of a process that is gone are in nobody’s way', async () => {
  const folder = join(base, 'stale');
  writeFileSync(`${folder}.lock`, goneOwner());
  mkdirSync(`${folder}.tmp-1-old`);
  writeFileSync(join(`${folder}.tmp-1-old`, '.owner.json'), goneOwner());
  mkdirSync(`${folder}.tmp-2-nameless`);
  utimesSync(`${folder}.tmp-2-nameless`, 0, 0);
  mkdirSync(`${folder}.tmp-3-alive`);
  writeFileSync(join(`${folder}.tmp-3-alive`, '.owner.json'), JSON.stringify(ownIdentity()));
  await installFolder(folder, () => Promise.resolve());
  assert.equal((await readdir(base)).sort(), ['stale', 'stale.tmp-3-alive']);
});

test('waiting for a lock can be given up', async () => {
  const path = join(base, 'lock');
  writeFileSync(path, JSON.stringify(ownIdentity()));
  const abort = new AbortController();
  const waiting = withLock(path, { signal: abort.signal }, () => Promise.resolve());
  abort.abort(new Error('enough'));
  await assert.rejects(waiting, /enough/);
});

test.run();
