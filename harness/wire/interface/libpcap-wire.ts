import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { join } from 'node:path';
import { encodeStreamFrame, FrameStreamDecoder } from '../frame-stream.ts';
import { WireError } from '../wire-error.ts';
import type { PortName } from '../wire.ts';
import type { InterfaceBackend, InterfaceWire, InterfaceWireOptions } from './interface-wire.ts';
import { interfaceIndexOf, linkProblem, linkStateOf, type LinkState } from './link-probe.ts';
import { MAXIMUM_FRAME_BYTES, MINIMUM_FRAME_BYTES, openPacketSocket } from './packet-socket.ts';
import { closeDescriptor } from './system-calls.ts';
import { WireEvents } from './wire-events.ts';

const PROGRAM = join(import.meta.dirname, 'libpcap-process.mjs');
/** Kinds of the messages of the program. */
const READY = 0;
const FRAME = 1;
const TIME_BYTES = 8;
/** How often the link is looked at: libpcap says nothing when it goes down, and is deaf from then on. */
const LINK_CHECK_MS = 200;

export type LibpcapBackend = Exclude<InterfaceBackend, 'afpacket'>;

/**
 * A wire through libpcap, by way of the package pcap or cap in a process of its own. A link that goes down ends it.
 * Opens in the network namespace that the thread is in when this is called, before the first await.
 *
 * @throws WireError `WIRE_UNAVAILABLE` when the package is not there or may not open the interface
 */
export const openLibpcapWire = (backend: LibpcapBackend, options: InterfaceWireOptions): Promise<InterfaceWire> => {
  const wire = new LibpcapWire(backend, options);
  return wire.ready;
};

class LibpcapWire extends WireEvents implements InterfaceWire {
  readonly port: PortName;
  readonly ready: Promise<InterfaceWire>;
  readonly #backend: LibpcapBackend;
  readonly #interfaceName: string;
  readonly #probe: number;
  readonly #interfaceIndex: number;
  readonly #child: ChildProcess;
  readonly #channel: Duplex;
  readonly #ended: Promise<void>;
  readonly #linkCheck: NodeJS.Timeout;
  #settle: { resolve: (wire: InterfaceWire) => void; reject: (reason: Error) => void } | undefined;
  #stderr = '';
  #end: { readonly reason: Error | undefined } | undefined;

  constructor(backend: LibpcapBackend, { port, interfaceName }: InterfaceWireOptions) {
    super();
    this.port = port;
    this.#backend = backend;
    this.#interfaceName = interfaceName;
    this.#probe = openPacketSocket();
    try {
      this.#interfaceIndex = interfaceIndexOf(this.#probe, interfaceName);
    } catch (error) {
      closeDescriptor(this.#probe);
      throw error;
    }
    this.ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.#child = spawn(process.execPath, [PROGRAM, backend, interfaceName], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C is for this process, which closes the wire in good order.
      detached: true,
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    const channel = this.#child.stdio[3];
    if (!(channel instanceof Duplex)) throw new TypeError('expected a socket to the process, found none');
    this.#channel = channel;
    this.#listen();
    this.#linkCheck = setInterval(() => {
      this.#checkLink();
    }, LINK_CHECK_MS).unref();
  }

  send(frame: Uint8Array): void {
    if (this.#end !== undefined) {
      const { reason } = this.#end;
      throw new WireError('WIRE_CLOSED', `expected an open wire on port ${this.port}, found it closed`, reason);
    }
    if (frame.length < MINIMUM_FRAME_BYTES || frame.length > MAXIMUM_FRAME_BYTES) {
      const wanted = `${MINIMUM_FRAME_BYTES} to ${MAXIMUM_FRAME_BYTES}`;
      throw new RangeError(`expected a frame of ${wanted} bytes, found ${frame.length}`);
    }
    this.#channel.write(encodeStreamFrame(frame));
  }

  fail(reason: Error): void {
    this.#finish(reason);
  }

  async close(): Promise<void> {
    // Ends behind the frames that are on their way to the process, which ends when it has read it.
    this.#channel.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 1000);
    this.#finish(undefined, 'lets the process end');
    await this.#ended;
    clearTimeout(timer);
  }

  #listen(): void {
    const decoder = new FrameStreamDecoder(
      (message) => {
        this.#take(message);
      },
      MAXIMUM_FRAME_BYTES + TIME_BYTES + 1,
    );
    this.#channel.on('data', (bytes: Buffer) => {
      decoder.push(bytes);
    });
    this.#channel.on('error', () => undefined); // the end of the process says more
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = `${this.#stderr}${text}`.slice(-2000);
    });
    this.#child.once('error', (error) => {
      this.#finish(this.#failure(error.message, error));
    });
    this.#child.once('close', (code, signal) => {
      const state = this.#end === undefined ? this.#linkState() : 'up';
      if (state !== 'up') this.#finish(this.#linkProblem(state));
      const how = signal ?? `exit code ${String(code)}`;
      this.#finish(this.#failure(`its process ended (${how})${this.#stderr === '' ? '' : `: ${this.#stderr.trim()}`}`));
      closeDescriptor(this.#probe);
    });
  }

  #take(message: Uint8Array): void {
    if (this.#end !== undefined) return;
    const [kind] = message;
    const body = message.subarray(1);
    if (kind === FRAME) {
      const timestampNs = new DataView(body.buffer, body.byteOffset).getBigInt64(0);
      this.frames.emit(body.slice(TIME_BYTES), timestampNs);
    } else if (kind === READY) {
      this.#settle?.resolve(this);
      this.#settle = undefined;
    } else {
      this.#finish(this.#failure(new TextDecoder().decode(body)));
    }
  }

  #checkLink(): void {
    if (this.#end !== undefined) return;
    const state = this.#linkState();
    if (state !== 'up') this.#finish(this.#linkProblem(state));
  }

  #linkState(): LinkState {
    return linkStateOf(this.#probe, this.#interfaceIndex);
  }

  #linkProblem(state: 'down' | 'gone'): WireError {
    const problem = linkProblem(state, { port: this.port, interfaceName: this.#interfaceName });
    this.problems.emit(problem);
    return problem;
  }

  #failure(message: string, cause?: unknown): WireError {
    const words = `the wire on port ${this.port} (package ${this.#backend}): ${message}`;
    if (/found no room|was longer than/.test(message)) return new WireError('WIRE_FRAMES_LOST', words, cause);
    if (this.#settle === undefined) return new WireError('WIRE_FAILED', words, cause);
    const remedy = /Cannot find module/.test(message)
      ? '; the package is not there or was not built: install libpcap-dev, g++, make and python3, then: npm install && npm rebuild pcap cap'
      : '';
    return new WireError('WIRE_UNAVAILABLE', `${words}${remedy}`, cause);
  }

  #finish(
    reason: Error | undefined,
    afterwards: 'lets the process end' | 'ends the process' = 'ends the process',
  ): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    clearInterval(this.#linkCheck);
    if (afterwards === 'ends the process') this.#child.kill('SIGKILL');
    this.#settle?.reject(reason ?? this.#failure('it was closed before it was ready'));
    this.#settle = undefined;
    this.closed.emit(reason);
  }
}
