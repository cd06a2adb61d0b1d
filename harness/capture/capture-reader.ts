import { createReadStream } from 'node:fs';
import { CaptureDecoder } from './capture-decoder.ts';
import { CaptureError } from './capture-error.ts';
import type { CapturedFrame, CaptureInfo } from './captured-frame.ts';

/** Frames point into these pieces, so this is also the most that one kept frame keeps alive. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * A pcap or pcapng file, read as it is iterated, once. Good frames before a damaged or cut record are delivered first; then
 * the iteration throws CaptureError (`truncated` tells a file that merely ends early, e.g. one that is still being written).
 */
export class CaptureReader implements AsyncIterable<CapturedFrame> {
  readonly #chunks: AsyncIterable<Uint8Array>;
  readonly #decoder: CaptureDecoder;
  #started = false;

  constructor(chunks: AsyncIterable<Uint8Array>, file: string) {
    this.#chunks = chunks;
    this.#decoder = new CaptureDecoder(file);
  }

  /** Undefined until the beginning of the file has been read. */
  get info(): CaptureInfo | undefined {
    return this.#decoder.info;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<CapturedFrame, void, void> {
    for await (const batch of this.batches()) yield* batch;
  }

  /** The same frames, many at a time: for large files, where one await per frame would be most of the work. */
  async *batches(): AsyncGenerator<readonly CapturedFrame[], void, void> {
    // A second pass would find the source used up, and pass for an empty capture.
    if (this.#started) throw new TypeError('a CaptureReader can be iterated once; make another one to read again');
    this.#started = true;
    for await (const chunk of this.#chunks) {
      this.#decoder.push(chunk);
      const { frames, error } = this.#decodeAvailable();
      if (frames.length > 0) yield frames;
      if (error !== undefined) throw error;
    }
    this.#decoder.finish();
  }

  #decodeAvailable(): { frames: CapturedFrame[]; error?: CaptureError } {
    const frames: CapturedFrame[] = [];
    try {
      for (let frame = this.#decoder.next(); frame; frame = this.#decoder.next()) frames.push(frame);
      return { frames };
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      return { frames, error };
    }
  }
}

/** Reads a file. A file that cannot be opened is a CaptureError when the iteration begins. */
export function readCaptureFile(path: string): CaptureReader {
  return new CaptureReader(chunksOfFile(path), path);
}

/** Reads what arrives in pieces, e.g. standard input. The pieces must not be reused by their source. */
export function readCaptureStream(chunks: AsyncIterable<Uint8Array>, name: string): CaptureReader {
  return new CaptureReader(chunks, name);
}

/** The frames of a capture that is in memory, without waiting. Throws CaptureError like {@link CaptureReader}. */
export function* decodeCapture(bytes: Uint8Array, name = 'capture'): Generator<CapturedFrame, CaptureInfo, void> {
  const decoder = new CaptureDecoder(name);
  decoder.push(bytes);
  for (let frame = decoder.next(); frame; frame = decoder.next()) yield frame;
  decoder.finish();
  const { info } = decoder;
  if (info === undefined) throw new TypeError('a decoder that has finished knows its format');
  return info;
}

async function* chunksOfFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    // A read stream makes a new buffer for each piece, which matters because frames are views into it.
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): CaptureError {
  const found = cause instanceof Error ? cause.message : String(cause);
  return new CaptureError({ file: path, byteOffset: 0, expected: 'a readable capture file', found, cause });
}
