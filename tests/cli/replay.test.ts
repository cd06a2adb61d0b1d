import { join } from 'node:path';
import { main } from '../../harness/cli/main.ts';
import { assemble } from '../../harness/cli/parts/index.ts';
import { inFolder, leaveEvidence, registry } from '../replay/support.ts';
import { assert, suite } from '../support/suite.ts';
import { memoryTerminal, type Outcome } from './support.ts';

const test = suite('cli/replay', { timeoutMs: 30_000 });

const FAULT = { fault: 'hl-from-ttl', caseId: 'hop-limit.decap-decrement', profile: 'overlay' };

const run = async (...parameters: readonly string[]): Promise<Outcome> => {
  const { terminal, written } = memoryTerminal();
  const services = assemble(() => Promise.resolve(registry));
  return { exitCode: await main(parameters, services, terminal), ...written() };
};

const withEvidence = (work: (file: string, folder: string) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const file = await leaveEvidence(folder, FAULT);
    if (file === undefined) throw new Error('Expected evidence');
    await work(file, folder);
  });

test('replay exits with 1 where the finding is still there, and with 0 where it is gone', async () => {
  await withEvidence(async (file) => {
    const faulty = await run('replay', file, '--target', `reference:${FAULT.fault}`);
    assert.is(faulty.exitCode, 1);
    assert.match(faulty.stdout, /^still there {2}hop-limit\.decap-decrement/m);
    const good = await run('replay', file, '--target', 'reference', '--json');
    assert.is(good.exitCode, 0);
    const { findings, case: asked } = JSON.parse(good.stdout);
    assert.ok(findings.length > 0);
    for (const { state, recorded } of findings) {
      assert.is(state, 'gone');
      assert.match(recorded.bytes, /^[0-9a-f]+$/);
    }
    assert.equal(asked, { asked: true, violates: [] });
  });
});

test('shrink writes a capture that its command replays', async () => {
  await withEvidence(async (file, folder) => {
    const target = `reference:${FAULT.fault}`;
    const out = join(folder, 'small.pcapng');
    const shrunk = await run('shrink', file, '--target', target, '--out', out, '--confirm', '2', '--json');
    assert.is(shrunk.exitCode, 1);
    const { packets, command, case: text } = JSON.parse(shrunk.stdout);
    assert.is(packets.after, 1);
    assert.match(text, /^area\.case\('hop-limit\.decap-decrement'/m);
    assert.ok(command.endsWith(`replay ${out} --target ${target}`), command);
    assert.is((await run('replay', out, '--target', target)).exitCode, 1);
    assert.is((await run('replay', out, '--target', 'reference')).exitCode, 0);
    assert.is((await run('shrink', out, '--target', 'reference')).exitCode, 0);
  });
});

test('a fault, a requirement or a file that does not exist is wrong usage', async () => {
  await withEvidence(async (file) => {
    assert.is((await run('replay', file, '--target', 'reference:no-such-fault')).exitCode, 2);
    assert.is((await run('shrink', file, '--target', 'reference', '--requirement', 'decap.nothing')).exitCode, 2);
    assert.is((await run('replay', file, '--target', 'reference', '--stimulus', 'U')).exitCode, 2);
    assert.is((await run('import', file, '--name', 'x', '--requirement', 'decap.nothing')).exitCode, 2);
  });
  assert.is((await run('replay', '/nowhere.pcapng', '--target', 'reference')).exitCode, 2);
});

test('each command says what it does', async () => {
  for (const command of ['replay', 'shrink', 'import']) {
    const { exitCode, stdout } = await run(command, '--help');
    assert.is(exitCode, 0);
    assert.match(stdout, new RegExp(`^Usage: proto41 ${command} `));
  }
});

test.run();
