import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, suite } from '../support/suite.ts';
import { commandLine } from '../cli/support.ts';
import { runCases, upWithoutPrograms, whyNoTarget } from './support.ts';

const test = suite('targets/ebpf-tc', { timeoutMs: 120_000 });
const reason = (await whyNoTarget('tc', 'clang', 'bpf_helpers.h')) ?? whyNoPrograms();

/** In a user namespace the kernel loads no programs, whoever one is there. */
function whyNoPrograms(): string | undefined {
  const isInitial = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
  return isInitial && process.getuid?.() === 0 ? undefined : 'needs root outside a user namespace';
}

let folder: string;
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-ebpf-'));
});
test.after(() => rm(folder, { recursive: true }));

test.skipIf(reason, 'it keeps the contract, leaves nothing, and is compiled once, whatever the set-up', async () => {
  const cacheHome = process.env['XDG_CACHE_HOME'];
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
  try {
    for (const profile of ['overlay', '6in4']) {
      const { exitCode, stdout } = await commandLine(
        'target',
        'check',
        'ebpf-tc',
        '--node',
        'netns',
        '--profile',
        profile,
      );
      assert.is(exitCode, 0, stdout);
    }
  } finally {
    if (cacheHome === undefined) delete process.env['XDG_CACHE_HOME'];
    else process.env['XDG_CACHE_HOME'] = cacheHome;
  }
  const kept = await readdir(join(folder, 'cache', 'proto41', 'ebpf-tc'));
  assert.is(kept.length, 1, kept.join(', '));
  assert.match(kept[0] ?? '', /^[0-9a-f]{64}\.o$/);
});

test.skipIf(
  reason,
  'it does what the standards demand, fragments and errors included, but for what it declares',
  async () => {
    const cases = [
      'encap.p*',
      'decap.source-matches-embedded',
      'dscp-ecn.egress-*',
      'fragment.reassembly-key',
      'icmp6.codes',
      'icmp6.no-error-on-error',
      'mtu.learn-from-icmpv4',
      'loop.own-ipv4-destination',
    ];
    const { exitCode, stdout, result } = await runCases('ebpf-tc', 'overlay', join(folder, 'run'), cases);
    assert.is(exitCode, 0, stdout);
    const verdicts = new Map(result.cases.map(({ id, verdict }) => [id, verdict]));
    for (const id of ['fragment.reassembly-key', 'icmp6.codes/neighbour', 'mtu.learn-from-icmpv4']) {
      assert.is(verdicts.get(id), 'pass', id);
    }
    assert.is(verdicts.get('icmp6.no-error-on-error'), 'fail');
  },
);

test.skipIf(reason, 'a static MTU is the one that is asked for, whatever a dynamic one would begin with', async () => {
  const profile = 'overlay,mtu=static:1400,mtuDefault=1280';
  const { exitCode, stdout } = await runCases('ebpf-tc', profile, join(folder, 'static'), [
    'mtu.static-ignores-icmpv4',
  ]);
  assert.is(exitCode, 0, stdout);
});

test('without a compiler it refuses, and names the package', () => {
  const { exitCode, stderr } = upWithoutPrograms('ebpf-tc', 'overlay');
  assert.is(exitCode, 127, stderr);
  assert.match(stderr, 'Debian package clang');
});

test('what it cannot be configured for it refuses by name', () => {
  const { exitCode, stderr } = upWithoutPrograms('ebpf-tc', 'gue');
  assert.is(exitCode, 127, stderr);
  assert.match(stderr, 'encapsulation gue');
});

test.run();
