import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { CaptureError } from './capture-error.ts';

const GZIP_MAGIC = 0x1f8b;
const ZSTD_MAGIC = 0x28b52ffd;
const MAGIC_BYTES = 4;
const UNPACKED_CHUNK_BYTES = 256 * 1024;

type Chunks = AsyncIterable<Uint8Array>;
type Generated = AsyncGenerator<Uint8Array, void, void>;

/**
 * The bytes of a capture, unpacked if they are gzip or zstd; anything else as it is. zstd needs Node 22.15 or the program of
 * that name. Offsets in later errors count the unpacked bytes.
 *
 * @param file name for messages
 * @throws CaptureError while it is iterated, for damaged compression
 */
export async function* uncompressed(chunks: Chunks, file: string): Generated {
  const source = chunks[Symbol.asyncIterator]();
  try {
    const { head, isDone } = await firstBytes(source);
    const whole = isDone ? onlyThis(head) : withHead(head, source);
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    if (head.length >= 2 && view.getUint16(0) === GZIP_MAGIC) {
      yield* unpack(whole, zlib.createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES }), file, 'gzip');
    } else if (head.length >= MAGIC_BYTES && view.getUint32(0) === ZSTD_MAGIC) yield* unzstd(whole, file);
    else yield* whole;
  } finally {
    await source.return?.();
  }
}

async function firstBytes(source: AsyncIterator<Uint8Array>): Promise<{ head: Uint8Array; isDone: boolean }> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < MAGIC_BYTES) {
    const { value, done } = await source.next();
    if (done === true) return { head, isDone: true };
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return { head, isDone: false };
}

async function* onlyThis(head: Uint8Array): Generated {
  if (head.length > 0) yield head;
}

async function* withHead(head: Uint8Array, source: AsyncIterator<Uint8Array>): Generated {
  yield head;
  for (;;) {
    const { value, done } = await source.next();
    if (done === true) return;
    yield value;
  }
}

async function* unpack(packed: Chunks, decompress: zlib.Gunzip, file: string, format: string): Generated {
  let unpackedBytes = 0;
  const input = Readable.from(copies(packed));
  // pipe() does not pass errors on; without this a failed read would wait for ever.
  input.on('error', (error) => decompress.destroy(error));
  try {
    for await (const chunk of input.pipe(decompress)) {
      const bytes: Uint8Array = chunk;
      unpackedBytes += bytes.length;
      yield bytes;
    }
  } catch (cause) {
    if (cause instanceof CaptureError) throw cause;
    throw damaged(file, unpackedBytes, format, cause);
  } finally {
    input.destroy();
    decompress.destroy();
  }
}

/** A stream may look at a chunk after it has asked for the next one, and sources use their buffer again. */
async function* copies(chunks: Chunks): Generated {
  for await (const chunk of chunks) yield chunk.slice();
}

/** zlib of Node 22.15 and later; the types of this project are those of Node 20. */
const createZstdDecompress: unknown = Reflect.get(zlib, 'createZstdDecompress');

async function* unzstd(packed: Chunks, file: string): Generated {
  if (typeof createZstdDecompress === 'function') {
    const decompress: unknown = Reflect.apply(createZstdDecompress, zlib, []);
    // A Zstd stream has the shape of every other stream of zlib.
    yield* unpack(packed, decompress as zlib.Gunzip, file, 'zstd');
    return;
  }
  yield* unzstdByProgram(packed, file);
}

async function* unzstdByProgram(packed: Chunks, file: string): Generated {
  const program = spawn('zstd', ['--decompress', '--stdout', '--quiet', '--long=31'], { stdio: 'pipe' });
  let words = '';
  let failure: unknown;
  const ended = once(program, 'close');
  ended.catch((error: unknown) => (failure = error));
  program.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-300)));
  // The program may be gone before it has taken everything; its exit code says why.
  program.stdin.on('error', () => undefined);
  const input = Readable.from(copies(packed));
  input.on('error', (error) => {
    failure = error;
    program.kill();
  });
  input.pipe(program.stdin);
  let unpackedBytes = 0;
  let isEnded = false;
  try {
    for await (const chunk of program.stdout) {
      const bytes: Uint8Array = chunk;
      unpackedBytes += bytes.length;
      yield bytes;
    }
    const [code] = await ended.catch((): [number] => [-1]);
    isEnded = true;
    if (failure instanceof CaptureError) throw failure;
    if (code !== 0)
      throw damaged(
        file,
        unpackedBytes,
        'zstd',
        failure ?? new Error(words.trim() || `zstd: exit code ${String(code)}`),
      );
  } finally {
    input.destroy();
    if (!isEnded) program.kill();
  }
}

function damaged(file: string, unpackedBytes: number, format: string, cause: unknown): CaptureError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new CaptureError({
    file,
    byteOffset: unpackedBytes,
    expected: isMissing
      ? 'the program zstd to read zstd with (or Node 22.15); install it, or decompress the file first'
      : `more ${format} data that can be unpacked, after ${unpackedBytes} unpacked bytes`,
    found: reason,
    truncated: /unexpected end|premature/i.test(reason),
    cause,
  });
}
