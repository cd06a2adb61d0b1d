import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { INTEROP_SCHEMA, type InteropResult } from '../../../harness/interop/result.ts';
import { readEnds } from '../../../harness/cli/interop/end-text.ts';
import { shippedEnds } from '../../../harness/cli/interop/shipped-ends.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { whyNoProjectImage } from '../../node/docker/support.ts';
import { whyNoNetns } from '../../node/netns/support.ts';
import { whyNoVm } from '../../node/vm/support.ts';
import { assert, suite } from '../../support/suite.ts';
import { commandLine, proto41, start } from '../support.ts';

const test = suite('cli/interop', { timeoutMs: 120_000 });
const noNetns = await whyNoNetns();
const noVm = await whyNoVm();
const noImage = noNetns ?? (await whyNoProjectImage());

let folder: string;
let count = 0;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-interop-'));
});
test.after(() => rm(folder, { recursive: true, force: true }));

const newOut = (): string => join(folder, String((count += 1)));

const parsed = (stdout: string): InteropResult => {
  const result: unknown = JSON.parse(stdout);
  assert.is(Object(result).schema, INTEROP_SCHEMA);
  return result as InteropResult; // as its schema says
};

test('an end is a target with its node and kernel, every default filled in', () => {
  const names = (text: string): string[] => readEnds(text).map(({ name }) => name);
  assert.equal(names('reference'), ['reference@memory']);
  assert.equal(names('linux-sit'), ['linux-sit@vm:bookworm']);
  assert.equal(names('linux-sit@vm:sid'), ['linux-sit@vm:sid']);
  assert.equal(
    names('linux-sit@vm:all'),
    ['bullseye', 'bookworm', 'trixie', 'sid'].map((kernel) => `linux-sit@vm:${kernel}`),
  );
  assert.equal(names('linux-sit@docker'), ['linux-sit@docker']);
  assert.equal(readEnds('linux-sit@docker:bookworm'), [
    { name: 'linux-sit@docker:bookworm', target: 'linux-sit', node: 'docker', kernel: 'bookworm' },
  ]);
  assert.equal(readEnds('reference:hl-dec2,dup@memory'), [
    { name: 'reference:hl-dec2,dup@memory', target: 'reference:hl-dec2,dup', node: 'memory' },
  ]);
  assert.equal(readEnds('./a@b/c@vm:/boot/vmlinuz:/lib/modules/x'), [
    {
      name: './a@b/c@vm:/boot/vmlinuz:/lib/modules/x',
      target: './a@b/c',
      node: 'vm',
      kernel: '/boot/vmlinuz:/lib/modules/x',
    },
  ]);
});

test('the targets that ship and claim the profile play when nobody says who', async () => {
  const targets = async (profile: string): Promise<string[]> => {
    const { ends, skipped } = await shippedEnds(parseProfile(profile));
    return [...new Set([...ends, ...skipped].map(({ name }) => name.replace(/@.*/, '')))];
  };
  assert.ok((await targets('overlay')).includes('linux-sit'));
  assert.ok((await targets('overlay')).includes('reference'));
  assert.ok((await targets('gre')).includes('linux-gre'));
  assert.equal(await targets('isatap'), ['reference']);
});

for (const [what, parameters, words] of [
  [
    'a node that does not exist',
    ['reference@moon'],
    /"reference@moon": expected TARGET.*found the node "moon", not one of memory/,
  ],
  ['a kernel for a node without one', ['reference@memory:sid'], /expected no kernel behind memory, found "sid"/],
  ['no kernel behind the colon', ['linux-sit@vm:'], /expected a kernel behind "vm:", found none/],
  [
    'no kernel of a container behind the colon',
    ['linux-sit@docker:'],
    /expected a kernel behind "docker:", found none/,
  ],
  ['a kernel that does not exist', ['linux-sit@vm:potato'], /expected a kernel \(.*found "potato"/],
  ['a target that does not exist', ['no-such@memory'], /Expected the name of a target/],
  [
    'a target that cannot run there',
    ['linux-sit@memory'],
    /--node memory --target linux-sit: expected the target reference/,
  ],
  ['a fault that does not exist', ['reference:no-such-fault@memory'], /no-such-fault/],
  ['only one of --n1 and --n2', ['--n1', 'reference'], /--n1: expected --n2 beside it/],
  ['ends beside --n1 and --n2', ['reference', '--n1', 'reference', '--n2', 'reference'], /found both/],
  ['a profile that cannot be read', ['reference', '--profile', '7rd'], /--profile/],
  ['a wire for nobody', ['reference', '--wire', 'pcap'], /--wire pcap: expected an end on netns or docker/],
  [
    'a network that is not IPv4',
    ['reference', '--profile', 'ip6ip6'],
    /--profile ip6ip6: expected an outer IPv4 header/,
  ],
  ['pods of nobody', ['reference', '--pods', 'none'], /--pods/],
] as const) {
  test(`${what} is wrong usage, and nothing is left behind`, async () => {
    const out = newOut();
    const { exitCode, stderr } = await commandLine('interop', ...parameters, '--out', out);
    assert.is(exitCode, 2, stderr);
    assert.match(stderr, words);
    await assert.rejects(readdir(out));
  });
}

test('a good pair is a PASS with exit code 0, and --json prints what the file says', async () => {
  const out = newOut();
  const { exitCode, stdout, stderr } = await commandLine('interop', 'reference', '--seed', '7', '--json', '--out', out);
  assert.is(exitCode, 0, stderr);
  const result = parsed(stdout);
  assert.equal(JSON.parse(await readFile(join(out, 'interop.json'), 'utf8')), result);
  assert.match(stderr, /\n1 +reference@memory +pass\n/);
  assert.match(stderr, /\nPASS overlay, 1 pair of 1 end: 1 pass; /);
  assert.not.ok((await readdir(out)).includes('evidence'));
});

test('a fault names the side, the clause, the frame and the command that shows it again', async () => {
  const out = newOut();
  const { exitCode, stdout } = await commandLine(
    'interop',
    '--n1',
    'reference',
    '--n2',
    'reference:decap-no-dec',
    '--out',
    out,
  );
  assert.is(exitCode, 1);
  assert.match(stdout, 'FAIL reference:decap-no-dec@memory (N2) as decapsulator, with reference@memory [overlay]');
  assert.match(stdout, /clause {4}hop-limit\.decap-decrement, MUST/);
  assert.match(stdout, /expected {2}\S/);
  assert.match(stdout, /actual {4}\S.* \(in \d+ frames\)/);
  assert.match(
    stdout,
    /rerun {5}npm start -- interop --n1 reference@memory --n2 reference:decap-no-dec@memory --profile /,
  );
  assert.match(stdout, /\n1 +reference@memory +- +fail\n2 +reference:decap-no-dec@memory +pass +-\n/);
  assert.match(stdout, /\nFAIL overlay, 1 pair of 2 ends: 0 pass, 1 fail; 1 unexpected; /);
  assert.is((await readdir(join(out, 'evidence'))).length, 1);
});

test('Ctrl-C ends the run with 130 and the results so far', async () => {
  const out = newOut();
  const ends = ['dup', 'hl-dec2', 'csum-zero', 'no-decap'].map((fault) => `reference:${fault}@memory`);
  const child = start(['interop', 'reference', ...ends, '--pods', 'tester', '--out', out]);
  child.stderr.on('data', (text: Buffer) => {
    if (text.toString().includes('pair 2 of')) child.kill('SIGINT');
  });
  const { exitCode, stderr } = await child;
  assert.is(exitCode, 130, stderr);
  assert.match(stderr, 'SIGINT: stopping and writing the results');
  const { pairs, interrupted } = parsed(await readFile(join(out, 'interop.json'), 'utf8'));
  assert.ok(interrupted && pairs.length >= 1 && pairs.length < 15, String(pairs.length));
});

const namespaces = async (): Promise<number> => {
  const links = await readdir('/proc/self/fd');
  return links.length;
};

test.skipIf(
  noNetns,
  'pods that are namespaces of the kernel understand each other through two references',
  async () => {
    const before = await namespaces();
    const out = newOut();
    const flags = ['--pods', 'kernel', '--json', '--out', out];
    const { exitCode, stdout, stderr } = await commandLine(
      'interop',
      '--n1',
      'reference',
      '--n2',
      'reference',
      ...flags,
    );
    assert.is(exitCode, 0, stderr);
    const [pair] = parsed(stdout).pairs;
    assert.equal(pair?.pods, { n1: 'kernel', n2: 'kernel' });
    assert.is(pair?.traffic.filter(({ verdict }) => verdict === 'pass').length, 8);
    // Namespaces and sockets are descriptors of this process.
    assert.is(await namespaces(), before);
  },
);

test.skipIf(noNetns, 'a fault is found with pods of the kernel too', async () => {
  const flags = ['--pods', 'kernel', '--json', '--out', newOut()];
  const { exitCode, stdout } = await commandLine('interop', '--n1', 'reference:hl-dec2', '--n2', 'reference', ...flags);
  assert.is(exitCode, 1);
  assert.equal(
    parsed(stdout).pairs[0]?.findings.map(({ side, role, requirement }) => [side, role, requirement]),
    [['n1', 'encapsulator', 'hop-limit.encap-decrement']],
  );
});

test.skipIf(noVm, 'a Linux kernel and the reference understand each other', async () => {
  const out = newOut();
  const { exitCode, stdout, stderr } = await proto41([
    'interop',
    '--n1',
    'linux-sit',
    '--n2',
    'reference',
    '--json',
    '--out',
    out,
  ]);
  assert.is(exitCode, 0, stderr);
  const { ends, pairs } = parsed(stdout);
  assert.match(ends.find(({ node }) => node === 'vm')?.kernelRelease ?? '', /^\d+\.\d+/);
  assert.is(pairs[0]?.verdict, 'pass');
  assert.is(pairs[0]?.traffic.length, 8);
});

test.skipIf(noImage ?? noVm, 'ends in containers are ends like any other, also on a kernel of their own', async () => {
  const ends = ['--n1', 'linux-sit@docker:bookworm', '--n2', 'reference-live@docker'];
  const { exitCode, stdout, stderr } = await proto41(['interop', ...ends, '--json', '--out', newOut()]);
  assert.is(exitCode, 0, stderr);
  const result = parsed(stdout);
  assert.equal(
    result.ends.map(({ name, node }) => [name, node]),
    [
      ['linux-sit@docker:bookworm', 'docker'],
      ['reference-live@docker', 'docker'],
    ],
  );
  assert.match(result.ends[0]?.kernelRelease ?? '', /^6\.1\./);
  assert.is(result.ends[1]?.kernelRelease, release());
  const [pair] = result.pairs;
  assert.is(pair?.verdict, 'pass');
  assert.is(pair?.traffic.length, 8);
  assert.match(pair?.rerun ?? '', '--n1 linux-sit@docker:bookworm --n2 reference-live@docker');
});

test.run();
