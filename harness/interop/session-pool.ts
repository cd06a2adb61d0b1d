import type { NodeSession } from '../node/node.ts';
import { ResourceStack } from '../node/vm/resource-stack.ts';
import type { EndSpec } from './end-spec.ts';

/**
 * The nodes that are started. An end is started once and plays in one pair after the other; where it meets itself there is a second one.
 */
export class SessionPool implements AsyncDisposable {
  readonly #start: (end: EndSpec) => Promise<NodeSession>;
  readonly #sessions = new Map<string, Promise<NodeSession>>();

  constructor(start: (end: EndSpec) => Promise<NodeSession>) {
    this.#start = start;
  }

  /** Starts it, unless it is started already. */
  get(end: EndSpec, copy: number): Promise<NodeSession> {
    const key = keyOf(end, copy);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const starting = this.#start(end);
    // Who asks for it gets the error; one that nobody asks for any more is no matter.
    starting.catch(() => undefined);
    this.#sessions.set(key, starting);
    return starting;
  }

  /** Ends it; the next one who asks gets a new one. */
  async release(end: EndSpec, copy: number): Promise<void> {
    const key = keyOf(end, copy);
    const session = this.#sessions.get(key);
    this.#sessions.delete(key);
    await ended(session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const stack = new ResourceStack();
    for (const session of this.#sessions.values()) stack.use({ [Symbol.asyncDispose]: () => ended(session) });
    this.#sessions.clear();
    await stack[Symbol.asyncDispose]();
  }
}

const keyOf = ({ name }: EndSpec, copy: number): string => `${name} ${String(copy)}`;

const ended = async (starting: Promise<NodeSession> | undefined): Promise<void> => {
  let session: NodeSession | undefined;
  try {
    session = await starting;
  } catch {
    // It never started, which was told to who asked for it.
    return;
  }
  await session?.[Symbol.asyncDispose]();
};
