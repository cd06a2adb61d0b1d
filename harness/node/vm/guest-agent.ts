import type { Socket } from 'node:net';
import { VmError } from './vm-error.ts';

/** What the guest says once, when it can be used. */
export interface GuestGreeting {
  readonly release: string;
  /** Seconds from the start of the kernel to that of the first process. */
  readonly kernelSeconds: number;
  readonly macAddresses: readonly string[];
}

export interface GuestResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface GuestRequest {
  /** Read by the shell of the guest. */
  readonly script: string;
  readonly stdin?: string;
  /** A guest that has not answered by then counts as broken. */
  readonly timeoutMs?: number;
  /** What an error calls the script; its text unless given. */
  readonly name?: string;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const GREETING = /^READY (\S+) ([\d.]+) (\S+) (\S+) (\S+)$/;
const ANSWER = /^DONE (\d+) (\d+) (\d+) (\d+)$/;
const LINE_FEED = 0x0a;

interface Reader {
  /** Bytes wanted, or a whole line. */
  readonly want: number | 'line';
  readonly resolve: (bytes: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/** The host's end of the control channel (`guest/agent` is the other): one request after the other, in the order of the calls. */
export class GuestAgent {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #reader: Reader | undefined;
  #failure: Error | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #requests = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#satisfy();
    });
    socket.on('error', (cause) => {
      this.fail(new VmError('VM_AGENT', `the control channel of the guest broke: ${cause.message}`, cause));
    });
    socket.on('close', () => {
      this.fail(new VmError('VM_AGENT', 'the guest closed its control channel'));
    });
  }

  /** Reads the greeting; the first call on a new agent. */
  async greeting(): Promise<GuestGreeting> {
    const line = (await this.#read('line')).toString();
    const [, release, seconds, ...macAddresses] = GREETING.exec(line) ?? [];
    if (release === undefined)
      throw new VmError('VM_AGENT', `expected READY from the guest, found ${JSON.stringify(line)}`);
    return { release, kernelSeconds: Number(seconds), macAddresses };
  }

  /** Runs a shell script in the guest; output of any size comes back whole. */
  run(request: GuestRequest): Promise<GuestResult> {
    const result = this.#turn.then(() => this.#exchange(request));
    this.#turn = result.catch(() => undefined); // the caller sees the failure; the next request meets it in #failure
    return result;
  }

  /** Writes a file in the guest; its folder must exist. */
  async putFile(path: string, text: string): Promise<void> {
    const result = await this.run({ script: `cat >${shellQuote(path)}\n`, stdin: text });
    if (result.exitCode !== 0)
      throw new VmError('VM_AGENT', `expected to write ${path} in the guest: ${result.stderr.trim()}`);
  }

  /** Makes every outstanding and later call fail. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#satisfy();
  }

  /** The guest ends when the channel does. */
  close(): void {
    this.fail(new VmError('VM_AGENT', 'the guest has been stopped'));
    this.#socket.destroy();
  }

  async #exchange({ script, stdin = '', timeoutMs = DEFAULT_TIMEOUT_MS, name }: GuestRequest): Promise<GuestResult> {
    if (this.#failure !== undefined) throw this.#failure;
    const number = (this.#requests += 1);
    const timer = setTimeout(() => {
      this.fail(
        new VmError(
          'VM_AGENT_TIMEOUT',
          name === undefined
            ? `the guest did not finish a script within ${timeoutMs} ms:\n${script.slice(0, 400)}`
            : `expected ${name} to end within ${String(timeoutMs / 1000)} s, it is still running`,
        ),
      );
    }, timeoutMs);
    try {
      const header = `RUN ${number} ${Buffer.byteLength(script)} ${Buffer.byteLength(stdin)}\n`;
      this.#socket.write(header + script + stdin);
      const line = (await this.#read('line')).toString();
      const [, answered, code, stdoutBytes, stderrBytes] = ANSWER.exec(line) ?? [];
      if (Number(answered) !== number) {
        throw new VmError(
          'VM_AGENT',
          `expected the answer to request ${number} from the guest, found ${JSON.stringify(line)}`,
        );
      }
      const stdout = await this.#read(Number(stdoutBytes));
      const stderr = await this.#read(Number(stderrBytes));
      return { exitCode: Number(code), stdout: stdout.toString(), stderr: stderr.toString() };
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #read(want: number | 'line'): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#reader = { want, resolve, reject };
      this.#satisfy();
    });
  }

  #satisfy(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const taken = this.#take(reader.want);
    if (taken === undefined && this.#failure === undefined) return;
    this.#reader = undefined;
    if (taken !== undefined) reader.resolve(taken);
    else if (this.#failure !== undefined) reader.reject(this.#failure);
  }

  #take(want: number | 'line'): Buffer | undefined {
    const lengthBytes = want === 'line' ? this.#received.indexOf(LINE_FEED) : want;
    if (lengthBytes < 0 || this.#received.length < lengthBytes) return undefined;
    const taken = this.#received.subarray(0, lengthBytes);
    this.#received = this.#received.subarray(want === 'line' ? lengthBytes + 1 : lengthBytes);
    return taken;
  }
}

/** Text as one word of a shell command, whatever is in it. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
