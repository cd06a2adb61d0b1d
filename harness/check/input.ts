import { CaptureDecoder, CaptureError, createRecord, readChunks, readStreamChunks } from '../capture/index.ts';
import type { CaptureInfo, CaptureRecord } from '../capture/index.ts';
import { Sample } from './guess/index.ts';
import { locate } from './link-layer.ts';
import { NativePackets } from './native-packets.ts';
import { createPlace } from './place.ts';

/** So much of a capture may be read ahead to find out what it is. */
const MOST_SAMPLED_BYTES = 8 * 1024 * 1024;
/** A stream that says nothing for so long, after a first tunnel packet, is judged by what it has said. */
const QUIET_MS = 500;

/** What was seen of one interface while sampling. */
export interface InterfaceSample {
  readonly tunnelled: Sample;
  readonly native: NativePackets;
}

/** Takes frames before the first tunnel packet, when there are too many to keep. */
export interface PassedFrames {
  frame(input: CaptureInput): void;
  drain(): Promise<void>;
}

/** One capture, file or stream, as the check reads it: first a sample of its beginning, then every frame. */
export class CaptureInput {
  readonly name: string;
  readonly record: CaptureRecord = createRecord();
  readonly decoder: CaptureDecoder;
  /** By position of the interface in the file. */
  readonly samples = new Map<number, InterfaceSample>();
  /** Frames before the first tunnel packet that `read` does not give, because there is nothing to judge in them. */
  passedFrames = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #sampled: Uint8Array[] = [];
  #sampler: CaptureDecoder | undefined;
  #pending: Promise<IteratorResult<Uint8Array>> | undefined;
  #failure: unknown;
  #isFinished = false;

  private constructor(name: string, chunks: AsyncIterable<Uint8Array>) {
    this.name = name;
    this.decoder = new CaptureDecoder(name, 'reused');
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  static ofFile(path: string): CaptureInput {
    return new CaptureInput(path, readChunks(path));
  }

  static ofStream(stream: AsyncIterable<Uint8Array>, name: string): CaptureInput {
    return new CaptureInput(name, readStreamChunks(stream, name));
  }

  /** What the sampled part of the file says about itself. */
  get sampledInfo(): CaptureInfo | undefined {
    return this.#sampler?.info;
  }

  /**
   * Reads ahead; what cannot be read is left to be found when it is read again.
   *
   * @param isForSides nothing but the sides of a node is looked for, which a file of one interface does not have
   */
  async sample(onPassed?: PassedFrames, isForSides = false): Promise<void> {
    const decoder = new CaptureDecoder(this.name, 'reused');
    this.#sampler = decoder;
    const record = createRecord();
    const place = createPlace();
    let keptBytes = 0;
    for (;;) {
      const chunk = await this.#readAhead();
      if (chunk === undefined) return;
      keptBytes += chunk.length;
      decoder.push(chunk);
      try {
        while (decoder.read(record)) {
          if (isForSides && decoder.info?.format === 'pcap') return;
          locate(record, place);
          const sample = this.#sampleOf(record.interfaceIndex);
          sample.tunnelled.add(place);
          sample.native.add(place);
          if (sample.tunnelled.isFull) return;
        }
      } catch (error) {
        if (error instanceof CaptureError) return;
        throw error;
      }
      if (keptBytes < MOST_SAMPLED_BYTES) continue;
      if (this.#hasTunnels) return;
      keptBytes -= this.#passOver(onPassed);
      await onPassed?.drain();
    }
  }

  /** Whether a tunnel packet of any kind has been seen. */
  get #hasTunnels(): boolean {
    return [...this.samples.values()].some(({ tunnelled }) => tunnelled.packets.length > 0);
  }

  /** Goes over the oldest sampled bytes, in which there is no tunnel packet, so that they need not be kept. */
  #passOver(onPassed: PassedFrames | undefined): number {
    const chunk = this.#sampled.shift();
    if (chunk === undefined) return 0;
    this.decoder.push(chunk);
    while (this.decoder.read(this.record)) {
      this.passedFrames++;
      onPassed?.frame(this);
    }
    return chunk.length;
  }

  /** Reads the next frame into `record` if its bytes have arrived. Throws CaptureError. */
  read(): boolean {
    return this.decoder.read(this.record);
  }

  /** Waits for more bytes; false at the end of the capture. Throws CaptureError, also for an end inside a record. */
  async fill(): Promise<boolean> {
    if (this.#isFinished) return false;
    const chunk = this.#sampled.shift() ?? (await this.#nextChunk());
    if (chunk === undefined) {
      this.#isFinished = true;
      this.decoder.finish();
      return false;
    }
    this.decoder.push(chunk);
    return true;
  }

  async close(): Promise<void> {
    // A read that never ends would keep its generator, and whoever waits for it, for ever.
    if (this.#pending === undefined) await this.#chunks.return?.();
  }

  async #nextChunk(): Promise<Uint8Array | undefined> {
    if (this.#failure instanceof Error) throw this.#failure;
    const { value, done } = await this.#start();
    this.#pending = undefined;
    return done === true ? undefined : value;
  }

  /** Begins to read a chunk, unless that is under way. */
  #start(): Promise<IteratorResult<Uint8Array>> {
    if (this.#pending === undefined) {
      this.#pending = this.#chunks.next();
      // Whoever waits for it is told; nobody may be waiting yet.
      this.#pending.catch(() => undefined);
    }
    return this.#pending;
  }

  /** The next chunk, kept to be read again; undefined when sampling is to end. */
  async #readAhead(): Promise<Uint8Array | undefined> {
    try {
      const pending = this.#start();
      const read = this.#hasTunnels ? await unlessQuiet(pending) : await pending;
      if (read === undefined) return undefined;
      if (read.done === true) return undefined;
      this.#pending = undefined;
      const kept = read.value.slice();
      this.#sampled.push(kept);
      return kept;
    } catch (error) {
      // Told when everything before it has been judged.
      this.#pending = undefined;
      this.#failure = error;
      return undefined;
    }
  }

  #sampleOf(interfaceIndex: number): InterfaceSample {
    const known = this.samples.get(interfaceIndex);
    if (known !== undefined) return known;
    const added = { tunnelled: new Sample(), native: new NativePackets() };
    this.samples.set(interfaceIndex, added);
    return added;
  }
}

/** The chunk, or undefined if the stream stays quiet. */
function unlessQuiet<Chunk>(chunk: Promise<Chunk>): Promise<Chunk | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), QUIET_MS);
    chunk.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
