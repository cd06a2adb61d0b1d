import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { Proto41Error } from '../../../errors.ts';
import type { NetworkNamespace } from '../../../node/netns/network-namespace.ts';

const PROGRAM = fileURLToPath(new URL('./pod-agent.mjs', import.meta.url));

/** The agent of the pods broke, which is no fault of an end. */
export class PodAgentError extends Proto41Error {
  constructor(message: string, cause?: unknown) {
    super(`pods: ${message}`, { code: 'INTEROP_PODS', exitCode: 3, cause });
  }
}

const agentEvent = v.variant('event', [
  v.object({
    event: v.literal('datagram'),
    address: v.string(),
    from: v.string(),
    fromPort: v.number(),
    length: v.number(),
    sha256: v.string(),
  }),
  v.object({
    event: v.literal('received'),
    port: v.number(),
    received: v.number(),
    sha256: v.exactOptional(v.string()),
    ended: v.exactOptional(v.boolean()),
    error: v.exactOptional(v.string()),
  }),
  v.object({ event: v.literal('sent'), port: v.number(), error: v.exactOptional(v.string()) }),
]);

const answer = v.object({ id: v.number(), error: v.exactOptional(v.string()) });

/** What happens at the sockets of the pods. */
export type AgentEvent = v.InferOutput<typeof agentEvent>;

/** The process that holds the sockets of the pods of one node. */
export class AgentProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  readonly #onEvent: (event: AgentEvent) => void;
  #nextId = 1;
  #failure: PodAgentError | undefined;

  constructor(namespace: NetworkNamespace, onEvent: (event: AgentEvent) => void) {
    this.#onEvent = onEvent;
    // A group of its own: Ctrl-C is for this process, which ends the agent in good order.
    this.#child = namespace.enter(() =>
      spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'], detached: true }),
    );
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#fail(`the program of the pods cannot be started: ${error.message}`);
        resolve();
      });
      this.#child.once('close', (code) => {
        this.#fail(`the program of the pods ended with ${String(code)}`);
        resolve();
      });
    });
    this.#child.stdin?.on('error', () => undefined); // it has ended, which is told otherwise
    const { stdout } = this.#child;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.#take(JSON.parse(line)));
  }

  /** Resolves when the agent has done it. Throws PodAgentError. */
  call(command: string, parameters: Readonly<Record<string, string | number>>): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId++;
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    this.#child.stdin?.write(`${JSON.stringify({ id, command, ...parameters })}\n`);
    return done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  #take(message: unknown): void {
    if (v.is(agentEvent, message)) {
      this.#onEvent(message);
      return;
    }
    const { id, error } = v.parse(answer, message);
    const caller = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) caller?.resolve();
    else caller?.reject(new PodAgentError(error));
  }

  #fail(reason: string): void {
    this.#failure ??= new PodAgentError(reason);
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
