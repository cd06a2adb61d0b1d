import { usageHint } from '../../harness/cli/usage-hint.ts';
import { assert, suite } from '../support/suite.ts';
import { commandLine, proto41 } from './support.ts';

const test = suite('cli/usage');

/** Wrong command lines, and what standard error must then say. */
const WRONG: readonly (readonly [title: string, parameters: readonly string[], ...says: readonly string[]])[] = [
  ['an unknown command, with a suggestion', ['runn'], "unknown command 'runn'", 'Did you mean run?'],
  ['a command that does not exist', ['fuzz', 'x.pcap'], "unknown command 'fuzz'"],
  [
    'an unknown flag, with a suggestion',
    ['run', '--profil', 'overlay'],
    "unknown option '--profil'",
    'Did you mean --profile?',
  ],
  ['a flag without its value', ['run', '--case'], "option '--case <glob>' argument missing"],
  ['an empty value', ['run', '--case', ''], "option '--case <glob>' argument '' is invalid"],
  ['a word too many', ['run', 'overlay'], "too many arguments for 'run'"],
  [
    'an impossible shard',
    ['run', '--shard', '5/4'],
    "option '--shard <i/n>' argument '5/4' is invalid",
    'i/n with 1 <= i <= n',
  ],
  ['a shard that is none', ['run', '--shard', 'half'], "argument 'half' is invalid"],
  ['no repetition', ['run', '--repeat', '0'], "option '--repeat <n>' argument '0' is invalid", 'whole number from 1'],
  ['an unknown level', ['run', '--level', 'MUST'], 'Expected one of must, should, may'],
  [
    'an unknown node',
    ['run', '--node', 'moon'],
    "option '--node <name>' argument 'moon' is invalid",
    'Expected one of memory, vm',
  ],
  ['an unknown kind of evidence', ['run', '--evidence', 'some'], 'Expected one of all, failures'],
  ['a seed with blanks', ['run', '--seed', 'a b'], "option '--seed <text>' argument 'a b' is invalid"],
  [
    'flags that exclude each other',
    ['run', '--verbose', '--quiet'],
    "'--verbose' cannot be used with option '--quiet'",
  ],
  [
    'a kernel without a machine',
    ['run', '--kernel', 'sid', '--node', 'memory'],
    '--kernel sid: expected --node vm or docker, found memory',
  ],
  [
    'every kernel without a machine',
    ['run', '--kernel', 'all', '--node', 'memory'],
    '--kernel all: expected --node vm or docker, found memory',
  ],
  [
    'every kernel with the modules of one',
    ['run', '--kernel', 'all', '--modules', '/x'],
    '--modules /x: expected --kernel FILE beside it, found --kernel all',
  ],
  [
    'an option of a profile twice, with its position',
    ['run', '--profile', 'overlay,mtu=static:1300,tos=copy,mtu=dynamic'],
    'At position 33: expected each option once, found mtu again',
  ],
  [
    'a static MTU that the underlay cannot carry whole, with its position',
    ['run', '--profile', 'fou,tos=copy,mtu=static:1473'],
    'At position 13: expected mtu=static:1280 to static:1472, found static:1473',
    'the underlay has an MTU of 1500, and the tunnel adds 28',
  ],
  ['the same for bench', ['bench', '--profile', 'overlay,mtu=static:9000'], 'expected mtu=static:1280 to static:1480'],
  ['the same for interop', ['interop', 'reference', 'reference', '--profile', 'gre,mtu=static:1480'], 'to static:1476'],
  [
    'no random packet at all',
    ['run', '--property-packets', '0'],
    "option '--property-packets <n>' argument '0' is invalid",
  ],
  ['modules without a kernel', ['run', '--modules', '/x'], '--modules /x: expected --kernel FILE'],
  ['an unknown kernel', ['run', '--kernel', 'hurd'], 'expected a kernel (bookworm', 'found "hurd"'],
  ['an unknown target', ['run', '--target', 'nobody'], 'found "nobody"', 'reference'],
  [
    'a target that cannot run on the node',
    ['run', '--target', 'reference', '--node', 'vm'],
    '--node vm --target reference: expected',
  ],
  ['an unknown area of faults', ['faults', '--area', 'dekap'], 'Expected one of address, bench'],
  [
    'a fault that does not exist',
    ['faults', '--fault', 'hop-limit-not-decrementd'],
    'to match a fault of the catalogue, found none',
  ],
  [
    'an area without faults that the reference can show',
    ['faults', '--area', 'bench'],
    'Expected a fault that the reference can show, found 19 that it cannot',
  ],
  ['something that cannot be listed', ['list', 'case'], 'expected one of requirements, cases', 'did you mean cases?'],
  ['a list of nothing', ['list'], "missing required argument 'what'"],
  ['a glob that matches nothing', ['list', 'profiles', 'overlai'], 'found none; did you mean overlay?'],
];

for (const [title, parameters, ...says] of WRONG) {
  test(`${title} is wrong usage`, async () => {
    const { exitCode, stdout, stderr } = await commandLine(...parameters);
    assert.is(exitCode, 2);
    assert.is(stdout, '');
    assert.match(stderr, /^proto41: /);
    for (const text of says) assert.match(stderr, text);
    assert.not.match(stderr, /\n +at /);
  });
}

test('a bad profile is shown with the position of what is wrong', async () => {
  const { exitCode, stderr } = await commandLine('run', '--profile', 'overlay,tos=maybe');
  assert.is(exitCode, 2);
  assert.is(
    stderr,
    "proto41: option '--profile <text>' argument 'overlay,tos=maybe' is invalid. At position 8: expected tos=zero, copy or fixed:<octet from 0 to 255>, found \"maybe\"\n  overlay,tos=maybe\n          ^\n",
  );
});

test('what the user typed is shown without its control characters', async () => {
  const { stderr } = await commandLine('run', '--node', '\u001b[2J');
  assert.match(stderr, "argument '\\x1b[2J' is invalid");
  assert.not.match(stderr, '\u001b');
});

test('a command without what it needs says where that stands', async () => {
  const { stderr } = await commandLine('list');
  assert.is(stderr, "proto41: missing required argument 'what'\nthe same command with --help says what it takes\n");
});

test('options that npm kept for itself are told of, to those who started by npm', () => {
  const message = "error: too many arguments for 'run'. Expected 0 arguments but got 1.";
  assert.match(usageHint(message, { npm_lifecycle_event: 'start' }) ?? '', 'npm start -- run');
  assert.is(usageHint(message, {}), undefined);
  assert.is(usageHint("error: unknown option '--nodes'", { npm_lifecycle_event: 'start' }), undefined);
});

test('as a process, wrong usage leaves standard output empty and exits with 2', async () => {
  const { exitCode, stdout, stderr } = await proto41(['run', '--nodes', 'vm']);
  assert.is(exitCode, 2);
  assert.is(stdout, '');
  assert.is(stderr, "proto41: unknown option '--nodes'\n(Did you mean --node?)");
});

test('the help names every command and exit code, and only what exists', async () => {
  const { exitCode, stdout, stderr } = await proto41(['--help']);
  assert.is(exitCode, 0);
  assert.is(stderr, '');
  assert.match(stdout, 'Usage: proto41 [options] [command]');
  assert.equal(
    [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name),
    ['run', 'list', 'plan', 'report', 'faults', 'interop', 'check', 'replay', 'shrink', 'import', 'bench', 'doctor'],
  );
  for (const code of ['0', '1', '2', '3', '4', '130']) assert.match(stdout, new RegExp(` ${code} {2}\\w`));
});

test('the help of run has every flag', async () => {
  const { exitCode, stdout } = await commandLine('run', '--help');
  assert.is(exitCode, 0);
  assert.equal(
    [...stdout.matchAll(/^ {2}(?:-h, )?--([\w-]+(?: <[^>]+>)?)/gm)].map(([, flag]) => flag),
    [
      'target <name>',
      'node <name>',
      'wire <name>',
      'kernel <name|file>',
      'modules <dir>',
      'profile <text>',
      'case <glob>',
      'level <level>',
      'tier <tier>',
      'strict',
      'slow',
      'no-expectations',
      'shard <i/n>',
      'repeat <n>',
      'jobs <n>',
      'property-packets <n>',
      'seed <text>',
      'bail',
      'debug <case>',
      'out <dir>',
      'history <file>',
      'target-version <text>',
      'evidence <which>',
      'json',
      'verbose',
      'quiet',
      'help',
    ],
  );
});

test('the version is that of the package', async () => {
  assert.match((await commandLine('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
});

test.run();
