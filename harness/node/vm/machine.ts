import { readFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { PORT_NAMES, type PortName } from '../../wire/wire.ts';
import { GuestAgent, type GuestGreeting } from './guest-agent.ts';
import {
  consolePath,
  controlSocketPath,
  machineArguments,
  socketPath,
  startQemu,
  type MachineOptions,
  type QemuProcess,
} from './qemu.ts';
import { VmError } from './vm-error.ts';

const BOOT_TIME_LIMIT_MS = 120_000;
const CONSOLE_LINES_SHOWN = 30;

/** A booted machine whose guest has said that it is ready. */
export interface Machine extends AsyncDisposable {
  readonly agent: GuestAgent;
  readonly greeting: GuestGreeting;
  /** Those of the ports; empty where the machine runs in another place, which joins them. */
  readonly sockets: ReadonlyMap<PortName, Socket>;
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  readonly pid: number | undefined;
  /** The last lines of the console. */
  consoleTail(): Promise<string>;
}

/**
 * Boots a machine and waits until its guest answers.
 *
 * @throws VmError with the end of the console when the guest does not get that far
 */
export const bootMachine = async (options: MachineOptions, signal?: AbortSignal): Promise<Machine> => {
  const tail = (): Promise<string> => consoleTail(options.folder);
  const listeners = await Promise.all([
    listenOnce(controlSocketPath(options.folder)),
    ...(options.place === undefined ? PORT_NAMES : []).map((port) => listenOnce(socketPath(options.folder, port))),
  ]);
  const qemu = await startQemu(machineArguments(options), options.place);
  try {
    const [control, ...ports] = await withinBootTime(
      Promise.all(listeners.map(({ connection }) => connection)),
      qemu,
      signal,
    );
    if (control === undefined) throw new Error('expected a control connection');
    const agent = new GuestAgent(control);
    void qemu.ended.then((how) => {
      agent.fail(new VmError('VM_ENDED', `the virtual machine ended by itself (${how})`));
    });
    const greeting = await withinBootTime(agent.greeting(), qemu, signal);
    const sockets = new Map<PortName, Socket>();
    PORT_NAMES.forEach((port, index) => {
      const socket = ports[index];
      if (socket !== undefined) sockets.set(port, socket);
    });
    return {
      agent,
      greeting,
      sockets,
      ended: qemu.ended,
      pid: qemu.pid,
      consoleTail: tail,
      [Symbol.asyncDispose]: async () => {
        agent.close();
        qemu.kill();
        await qemu.ended;
      },
    };
  } catch (cause) {
    qemu.kill();
    await qemu.ended;
    signal?.throwIfAborted();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VmError(
      'VM_BOOT',
      `expected the virtual machine to boot; ${reason}; its console ends with:\n${await tail()}`,
      cause,
    );
  } finally {
    for (const listener of listeners) listener.close();
  }
};

interface Listener {
  readonly connection: Promise<Socket>;
  close(): void;
}

const listenOnce = async (path: string): Promise<Listener> => {
  const server = createServer();
  const connection = new Promise<Socket>((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    connection,
    close: () => {
      server.close();
    },
  };
};

/** Waits for a step of the start, unless QEMU ends, the time limit passes or the caller gives up before. */
const withinBootTime = async <Value>(
  step: Promise<Value>,
  qemu: QemuProcess,
  signal: AbortSignal | undefined,
): Promise<Value> => {
  step.catch(() => undefined); // when another promise wins the race, nobody else handles this one
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const interruption = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new VmError('VM_BOOT', `it was not ready after ${BOOT_TIME_LIMIT_MS / 1000} s`));
    }, BOOT_TIME_LIMIT_MS);
    void qemu.ended.then((how) => {
      reject(new VmError('VM_BOOT', `QEMU ended (${how})`));
    });
    onAbort = () => {
      reject(new VmError('VM_BOOT', 'the start was interrupted'));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([step, interruption]);
  } finally {
    clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
};

const consoleTail = async (folder: string): Promise<string> => {
  try {
    const log = await readFile(consolePath(folder), 'utf8');
    return log.trimEnd().split(/\r?\n/).slice(-CONSOLE_LINES_SHOWN).join('\n');
  } catch {
    return '(no console log)';
  }
};
