import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProto41Error } from '../../harness/errors.ts';
import { builtInTargets } from '../../harness/target/built-in.ts';
import { loadTarget } from '../../harness/target/load-target.ts';
import { parseManifest } from '../../harness/target/manifest.ts';
import { suite, assert } from '../support/suite.ts';

const test = suite('target/load-target');

const MANIFEST = { name: 'acme', kind: 'script', description: 'an overlay' };

let targets = '';
test.before.each(async () => {
  targets = await mkdtemp(join(tmpdir(), 'proto41-targets-'));
});
test.after.each(() => rm(targets, { recursive: true, force: true }));

const makeTarget = async (
  name: string,
  manifest: unknown = MANIFEST,
  executables: readonly string[] = ['up', 'down'],
): Promise<string> => {
  const folder = join(targets, name);
  await mkdir(folder);
  await writeFile(join(folder, 'target.json'), JSON.stringify(manifest));
  for (const executable of executables) await writeFile(join(folder, executable), '#!/bin/sh\n', { mode: 0o755 });
  return folder;
};

test('a target that ships is found by name, with its executables', async () => {
  const folder = await makeTarget('acme', MANIFEST, ['up', 'down', 'stats']);
  const target = await loadTarget('acme', targets);
  assert.is(target.folder, folder);
  assert.equal(target.executables, ['up', 'down', 'stats']);
  assert.is(target.expectationsFile, join(folder, 'expectations.json'));
  assert.is(target.probeNonsense, true);
  assert.equal(target.manifest, { contract: 1, ...MANIFEST, needs: [], profiles: [], policies: {}, extras: [] });
});

test('any folder with a manifest is a target', async () => {
  const folder = await makeTarget('elsewhere');
  const target = await loadTarget(folder, await mkdtemp(join(targets, 'empty-')));
  assert.is(target.manifest.name, 'acme');
});

test('the reference is always there, needs no folder and is believed', async () => {
  const target = await loadTarget('reference', targets);
  assert.is(target.manifest.kind, 'module');
  assert.is(target.folder, undefined);
  assert.is(target.probeNonsense, false);
  await mkdir(join(targets, 'notes'));
  await makeTarget('acme');
  assert.equal(await builtInTargets(targets), ['acme', 'reference']);
});

test('an unknown name is wrong usage and lists the known ones', async () => {
  await makeTarget('acme');
  const error = await assert.rejects(
    loadTarget('acmee', targets),
    /the name of a target \(acme, reference\) or a folder.*"acmee"/,
  );
  assert.ok(isProto41Error(error));
  assert.is(error.exitCode, 2);
});

test('a folder without manifest, or without a usable up or down, says what is missing', async () => {
  const empty = join(targets, 'empty');
  await mkdir(empty);
  await assert.rejects(loadTarget(empty, targets), /Expected the manifest of a target in .*empty\/target\.json/);
  await assert.rejects(
    loadTarget(await makeTarget('half', MANIFEST, ['up']), targets),
    /Expected the executable .*half\/down/,
  );
  const plain = await makeTarget('plain');
  await chmod(join(plain, 'up'), 0o644);
  await assert.rejects(loadTarget(plain, targets), /chmod \+x .*plain\/up/);
});

test('a manifest is checked field by field', () => {
  const read = (changes: Record<string, unknown>): unknown =>
    parseManifest('t/target.json', JSON.stringify({ ...MANIFEST, ...changes }));
  assert.equal(read({ policies: { tos: 'copy' }, profiles: ['6rd:*'], needs: ['sit'] }), {
    contract: 1,
    ...MANIFEST,
    policies: { tos: 'copy' },
    profiles: ['6rd:*'],
    needs: ['sit'],
    extras: [],
  });
  assert.throws(() => read({ kind: 'binary' }), /t\/target\.json: at kind: /);
  assert.throws(() => read({ name: 'My Target' }), /kebab case/);
  assert.throws(
    () => read({ policies: { tos: 'maybe' } }),
    /at policies\.tos: expected zero or copy or fixed, found "maybe"/,
  );
  assert.throws(
    () => read({ policies: { colour: 'red' } }),
    /at policies\.colour: expected a switch of a profile, found "colour"/,
  );
  assert.throws(() => read({ kind: 'image' }), /expected "image"/);
  assert.throws(() => read({ image: 'x' }), /expected "image"/);
  assert.throws(() => read({ contract: 2 }), /contract version 1/);
  assert.throws(() => read({ homepage: 'x' }), /homepage/);
  assert.throws(() => parseManifest('t/target.json', '{'), /t\/target\.json: expected JSON/);
});

test.run();
