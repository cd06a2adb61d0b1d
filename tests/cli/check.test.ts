import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { assert, suite } from '../support/suite.ts';
import { frame, ipv4, tunnelled, udp } from '../rules/handmade.ts';
import { captureOf } from '../check/support.ts';
import { commandLine } from './support.ts';

const test = suite('cli/check');

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder = '';
const file = async (name: string, bytes: Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-cli-check-'));
});
test.after(async () => {
  await rm(folder, { recursive: true });
});

const GOOD = captureOf([tunnelled(), tunnelled()]);
const BAD = captureOf([tunnelled(), tunnelled({}, { checksum: 0x1234 })]);
const ORDINARY = captureOf([frame(ipv4(udp(new Uint8Array(20), { destinationPort: 53 }), { protocol: 17 }))]);

test('0 where nothing is wrong, 1 for findings, 4 where there is nothing to judge', async () => {
  const good = await commandLine('check', await file('good.pcapng', GOOD));
  assert.is(good.exitCode, 0);
  assert.match(good.stdout, /\n2 frames, 2 tunnel packets: nothing wrong \(\d+\.\d s\)\n$/);
  const bad = await commandLine('check', await file('bad.pcapng', BAD));
  assert.is(bad.exitCode, 1);
  assert.match(bad.stdout, /1 finding in 1 frame, 1 requirement violated/);
  const ordinary = await commandLine('check', await file('ordinary.pcapng', ORDINARY));
  assert.is(ordinary.exitCode, 4);
  assert.match(ordinary.stdout, /1 frame, 0 tunnel packets: nothing to judge/);
});

test('the page names the wrong field of the packet, and is told of', async () => {
  const out = join(folder, 'page');
  const { exitCode, stdout } = await commandLine('check', await file('<bad>.pcapng', BAD), '--out', out);
  assert.is(exitCode, 1);
  assert.match(stdout, `report in ${out}`);
  const page = await readFile(join(out, 'check.html'), 'utf8');
  assert.match(page, 'headline bad');
  assert.match(page, '1 finding in 1 frame, 1 requirement violated');
  assert.match(page, /<tr class="marked">\s*<th scope="row">headerChecksum<\/th>/);
  assert.match(page, '<mark>12</mark> <mark>34</mark>');
  assert.match(page, '&lt;bad&gt;.pcapng');
  assert.is((await commandLine('check', await file('again.pcapng', BAD), '--out', out)).exitCode, 2);
});

test('ordinary traffic is nothing to judge under a given profile, too', async () => {
  const { exitCode, stdout } = await commandLine('check', await file('o.pcapng', ORDINARY), '--profile', 'overlay');
  assert.is(exitCode, 4);
  assert.not.match(stdout, /guessed/);
});

test('2 for a capture that is cut, with what was found before', async () => {
  const path = await file('cut.pcapng', BAD.subarray(0, BAD.length - 5));
  const cut = await commandLine('check', path);
  assert.is(cut.exitCode, 2);
  assert.match(
    cut.stdout,
    /cut\.pcapng, byte \d+ \(record 4\): expected \d+ bytes or more of this record, found the end[^\n]*; what came before it has been judged/,
  );
  const two = await commandLine('check', path, await file('bad2.pcapng', BAD));
  assert.is(two.exitCode, 2);
  assert.match(two.stdout, /1 finding in 1 frame, 1 requirement violated, 1 capture not read to the end/);
});

test('2, with the place, for what is no capture', async () => {
  const none: readonly (readonly [path: string, found: RegExp])[] = [
    [join(folder, 'nosuch.pcap'), /nosuch\.pcap, byte 0: .*ENOENT/],
    [folder, /byte 0: .*EISDIR/],
    [await file('empty', new Uint8Array(0)), /empty, byte 0 \(record 1\): .*found an empty file/],
    [await file('text', Buffer.from('hello world')), /text, byte 0 \(record 1\): .*magic number 0x68656c6c/],
  ];
  for (const [path, found] of none) {
    const { exitCode, stdout } = await commandLine('check', path);
    assert.is(exitCode, 2, path);
    assert.match(stdout, found);
    assert.not.match(stdout, /what came before it/);
  }
});

test('2, and what is missing, for zstd where neither Node nor a program unpacks it', async () => {
  const path = await file('packed.zst', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0));
  const { exitCode, stdout } = await execa(process.execPath, ['--import', 'tsx', 'run.ts', 'check', path], {
    cwd: ROOT,
    reject: false,
    env: { NO_COLOR: '1', PATH: folder },
  });
  assert.is(exitCode, 2);
  assert.match(stdout, /packed\.zst, byte 0: expected (?:the program zstd|more zstd data)/);
});

test('2 for wrong usage', async () => {
  const path = await file('g.pcapng', GOOD);
  const usages: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /missing required argument/],
    [[path, '--profile', 'nosuch'], /expected one of overlay/],
    [[path, '--node', 'here'], /Expected an IPv4 address/],
    [[path, '--limit', '-1'], /Expected a whole number/],
    [[path, '--annotate', path], /another file than the capture/],
    [[path, '--inside', 'nosuch'], /to be one of the captures or interfaces/],
    [[path, '--sarif', join(folder, 'nosuch', 'a.sarif')], /expected a file that can be written/],
    [['-', '-'], /standard input \(-\) once, found it twice/],
  ];
  for (const [parameters, message] of usages) {
    const { exitCode, stderr } = await commandLine('check', ...parameters);
    assert.is(exitCode, 2, parameters.join(' '));
    assert.match(stderr, message);
  }
});

test('--json prints one document and nothing else on standard output', async () => {
  const { stdout, stderr, exitCode } = await commandLine('check', '--json', await file('j.pcapng', BAD));
  assert.is(exitCode, 1);
  const document: unknown = JSON.parse(stdout);
  assert.is(Reflect.get(Object(document), 'exitCode'), 1);
  assert.match(stderr, /1 finding in 1 frame/);
});

test('--sarif and --annotate write files beside the text', async () => {
  const sarif = join(folder, 'out.sarif');
  const annotated = join(folder, 'out.pcapng');
  const path = await file('s.pcapng', BAD);
  const { exitCode } = await commandLine('check', path, '--sarif', sarif, '--annotate', annotated);
  assert.is(exitCode, 1);
  assert.match(await readFile(sarif, 'utf8'), /"ruleId": "encap\.header-checksum"/);
  assert.match(await readFile(annotated, 'latin1'), /encap\.header-checksum \(behaviour/);
});

const startLive = (...flags: readonly string[]) =>
  execa(process.execPath, ['--import', 'tsx', 'run.ts', 'check', '-', ...flags], {
    cwd: ROOT,
    reject: false,
    stdin: 'pipe',
    env: { NO_COLOR: '1' },
  });

/** Judges a capture that goes on until its finding has been seen, and `stop` ends it. */
const checkLive = async (live: ReturnType<typeof startLive>, stop: () => void) => {
  live.stdin.write(BAD);
  let text = '';
  for await (const line of live.iterable({ from: 'stdout' })) {
    text += `${String(line)}\n`;
    if (String(line).includes('header checksum 0x1234')) stop();
  }
  return { text, exitCode: (await live).exitCode };
};

test('findings on standard input appear while the capture is still written', async () => {
  const live = startLive();
  const { text, exitCode } = await checkLive(live, () => live.stdin.end());
  assert.is(exitCode, 1);
  assert.match(text, /2 frames, 2 tunnel packets: 1 finding/);
});

test('a live capture that is ended with Ctrl-C is judged as far as it came', async () => {
  const live = startLive('--profile', 'overlay');
  const { text, exitCode } = await checkLive(live, () => live.kill('SIGINT'));
  assert.is(exitCode, 1);
  assert.match(text, /2 frames, 2 tunnel packets: 1 finding in 1 frame/);
});

test.run();
