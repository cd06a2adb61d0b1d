import type { ReferenceClock } from '../clock.ts';

interface Waiting {
  readonly deliver: (mac: Uint8Array) => void;
  readonly failed: () => void;
}

interface Entry {
  mac: Uint8Array | undefined;
  confirmedMs: number;
  attempts: number;
  readonly queue: Waiting[];
  cancelRetry: (() => void) | undefined;
}

export interface NeighbourTableOptions<Key> {
  readonly clock: ReferenceClock;
  /** Asks the link for the owner of an address. */
  readonly solicit: (key: Key) => void;
}

const RETRY_MS = 1000;
const ATTEMPTS = 3;
const QUEUE_LIMIT = 64;
const ENTRY_LIMIT = 4096;
/** After this an entry is still used, but asked for again (the STALE state of RFC 4861 section 7.3.2, without its delay). */
export const CONFIRMED_FOR_MS = 300_000;

/** Link-layer addresses by next hop, with a small queue of packets per address that is being resolved (RFC 1122 section 2.3.2). */
export class NeighbourTable<Key> {
  readonly #options: NeighbourTableOptions<Key>;
  readonly #entries = new Map<Key, Entry>();
  #version = 1;

  constructor(options: NeighbourTableOptions<Key>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Another number after every change of what the table says. */
  get version(): number {
    return this.#version;
  }

  /** The address of an entry and when its owner has confirmed it last. */
  known(key: Key): { readonly mac: Uint8Array; readonly confirmedMs: number } | undefined {
    const entry = this.#entries.get(key);
    return entry?.mac && { mac: entry.mac, confirmedMs: entry.confirmedMs };
  }

  /** Calls `deliver` with the address, at once or when it is known, or `failed` when nobody answers. */
  resolve(key: Key, deliver: (mac: Uint8Array) => void, failed: () => void): void {
    const entry = this.#entries.get(key) ?? this.#create(key);
    if (entry.mac) {
      if (!entry.cancelRetry && this.#options.clock.nowMs() - entry.confirmedMs > CONFIRMED_FOR_MS)
        this.#ask(key, entry);
      deliver(entry.mac);
      return;
    }
    if (entry.queue.length >= QUEUE_LIMIT) entry.queue.shift();
    entry.queue.push({ deliver, failed });
    if (!entry.cancelRetry) this.#ask(key, entry);
  }

  /** Takes over what the owner of an address says; without `create` only an entry that exists is changed. */
  learn(key: Key, mac: Uint8Array, create: boolean): void {
    const entry = this.#entries.get(key) ?? (create ? this.#create(key) : undefined);
    if (!entry) return;
    this.#version += 1;
    entry.mac = mac.slice();
    entry.confirmedMs = this.#options.clock.nowMs();
    entry.attempts = 0;
    entry.cancelRetry?.();
    entry.cancelRetry = undefined;
    for (const waiting of entry.queue.splice(0)) waiting.deliver(entry.mac);
  }

  get(key: Key): Uint8Array | undefined {
    return this.#entries.get(key)?.mac;
  }

  clear(): void {
    for (const entry of this.#entries.values()) entry.cancelRetry?.();
    this.#entries.clear();
    this.#version += 1;
  }

  #create(key: Key): Entry {
    if (this.#entries.size >= ENTRY_LIMIT) this.#evict();
    const entry: Entry = { mac: undefined, confirmedMs: 0, attempts: 0, queue: [], cancelRetry: undefined };
    this.#entries.set(key, entry);
    return entry;
  }

  #evict(): void {
    for (const [key, entry] of this.#entries) {
      entry.cancelRetry?.();
      this.#entries.delete(key);
      this.#version += 1;
      for (const waiting of entry.queue) waiting.failed();
      return;
    }
  }

  #ask(key: Key, entry: Entry): void {
    if (entry.attempts >= ATTEMPTS) {
      this.#entries.delete(key);
      this.#version += 1;
      for (const waiting of entry.queue) waiting.failed();
      return;
    }
    entry.attempts += 1;
    entry.cancelRetry = this.#options.clock.schedule(RETRY_MS, () => {
      this.#ask(key, entry);
    });
    this.#options.solicit(key);
  }
}
