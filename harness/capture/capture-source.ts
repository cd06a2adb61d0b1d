import { open } from 'node:fs/promises';
import { CaptureError } from './capture-error.ts';
import { uncompressed } from './compression.ts';

/** Large reads keep the cost of waiting small beside that of the work. */
const CHUNK_BYTES = 2 * 1024 * 1024;

/**
 * The bytes of a capture file, unpacked where it is compressed. A chunk is only good until the next one is asked for. A file
 * that cannot be opened is a CaptureError when the iteration begins.
 */
export function readChunks(path: string): AsyncGenerator<Uint8Array, void, void> {
  return uncompressed(chunksOfFile(path), path);
}

/** As {@link readChunks}, for what arrives in pieces, e.g. standard input. */
export function readStreamChunks(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, void> {
  return uncompressed(chunks, name);
}

async function* chunksOfFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  try {
    await using file = await open(path, 'r');
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    if (error instanceof CaptureError) throw error;
    const found = error instanceof Error ? error.message : String(error);
    throw new CaptureError({ file: path, byteOffset: 0, expected: 'a readable capture file', found, cause: error });
  }
}
