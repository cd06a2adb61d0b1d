import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { sweepRuntimeFolders } from '../../../harness/node/vm/runtime-folder.ts';
import { assert, suite } from '../../support/suite.ts';
import { whyNoVm } from './support.ts';

const test = suite('node/vm/crash', { timeoutMs: 60_000 });
const noVm = await whyNoVm();

const FIXTURE = join(import.meta.dirname, 'fixtures/hold-vm.ts');
const GONE_WITHIN_MS = 2_000;

let temporary = '';
test.before.each(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'proto41-test-'));
});
test.after.each(async () => {
  await rm(temporary, { recursive: true });
});

interface Holder {
  readonly pid: number;
  readonly machinePid: number;
  kill(signal: 'SIGKILL' | 'SIGINT' | 'SIGTERM'): Promise<void>;
}

/** A process of its own with a virtual machine, whose runtime folder lies in `temporary`. */
const startHolder = async (environment: Record<string, string> = {}): Promise<Holder> => {
  const child = execa(process.execPath, ['--import', 'tsx', FIXTURE], {
    env: { TMPDIR: temporary, ...environment },
    reject: false,
    stdin: 'ignore',
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => {
      resolve();
    });
    void child.then((result) => {
      reject(new Error(`expected the fixture to hold a machine, but it ended: ${result.stderr}`));
    });
  });
  if (child.pid === undefined) throw new Error('expected the fixture to run, found no process');
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  const pids = children.trim().split(' ').map(Number);
  const machines = pids.filter((pid) => existsSync(`/proc/${pid}`));
  const names = await Promise.all(machines.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8')));
  const machinePid = machines[names.findIndex((name) => name.startsWith('qemu-system-x86_64'))];
  if (machinePid === undefined) throw new Error(`expected QEMU among the children, found ${names.join(', ')}`);
  return {
    pid: child.pid,
    machinePid,
    kill: async (signal) => {
      child.kill(signal);
      await child;
    },
  };
};

const runtimeFolders = async (): Promise<string[]> =>
  (await readdir(temporary)).filter((name) => name.startsWith('proto41-'));

const isRunning = async (pid: number): Promise<boolean> => {
  try {
    return !(await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z ');
  } catch {
    return false;
  }
};

/** Field 5 of proc_pid_stat(5), counted behind the name, which may hold anything. */
const processGroupOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
};

const endedInTime = async (pid: number): Promise<boolean> => {
  const limitMs = performance.now() + GONE_WITHIN_MS;
  while (performance.now() < limitMs) {
    if (!(await isRunning(pid))) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
};

for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM'] as const) {
  test.skipIf(
    noVm,
    `${signal} to the runner leaves no virtual machine, and the next start removes its folder`,
    async () => {
      const holder = await startHolder();
      await holder.kill(signal);
      assert.ok(await endedInTime(holder.machinePid));
      await sweepRuntimeFolders(temporary);
      assert.equal(await runtimeFolders(), []);
    },
  );
}

test.skipIf(noVm, 'Ctrl-C, which goes to a whole process group, does not reach the virtual machine', async () => {
  const holder = await startHolder();
  assert.is.not(await processGroupOf(holder.machinePid), await processGroupOf(holder.pid));
  await holder.kill('SIGKILL');
});

test.skipIf(noVm, 'without setpriv the guest itself ends when the runner is gone', async () => {
  const tools = join(temporary, 'bin');
  await execa('mkdir', [tools]);
  const qemu = await execa('sh', ['-c', 'command -v qemu-system-x86_64']);
  await symlink(qemu.stdout, join(tools, 'qemu-system-x86_64'));
  const holder = await startHolder({ PATH: tools });
  await holder.kill('SIGKILL');
  assert.ok(await endedInTime(holder.machinePid));
});

test('the folder of a runner that was killed while making it is removed too, that of one which lives is not', async () => {
  const ended = execa('true');
  await ended;
  await mkdir(join(temporary, `proto41-vm-${String(ended.pid)}-AbCdEf`));
  const live = `proto41-vm-${String(process.pid)}-AbCdEf`;
  await mkdir(join(temporary, live));
  await sweepRuntimeFolders(temporary);
  assert.equal(await runtimeFolders(), [live]);
});

test.skipIf(noVm, 'the folder of a runner that lives is left alone', async () => {
  const holder = await startHolder();
  assert.equal(await sweepRuntimeFolders(temporary), []);
  assert.is((await runtimeFolders()).length, 1);
  assert.ok(await isRunning(holder.machinePid));
  await holder.kill('SIGKILL');
});

test.run();
