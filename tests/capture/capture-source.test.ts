import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import {
  CaptureDecoder,
  CaptureError,
  createRecord,
  readChunks,
  readStreamChunks,
} from '../../harness/capture/index.ts';
import { assert, suite } from '../support/suite.ts';
import { commandMissing } from './command-missing.ts';
import { handmadePcap } from './handmade.ts';

const test = suite('capture/capture-source');

const CAPTURE = handmadePcap({
  littleEndian: true,
  nanoseconds: false,
  records: Array.from({ length: 5000 }, (_, index) => ({
    seconds: 1_700_000_000 + index,
    fraction: index,
    bytes: Uint8Array.from({ length: 60 + (index % 40) }, (_value, at) => (index + at) & 0xff),
  })),
});
const noZstd = await commandMissing('zstd');
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-capture-source-'));
});
test.after(async () => {
  await rm(folder, { recursive: true });
});

async function* pieces(bytes: Uint8Array, lengthBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += lengthBytes) yield bytes.subarray(at, at + lengthBytes);
}

interface Read {
  readonly frames: number;
  readonly sum: number;
  readonly error: unknown;
}

/** Reads in place and adds up every byte, so that a frame that moved under the reader shows. */
async function read(chunks: AsyncIterable<Uint8Array>, name = 'capture'): Promise<Read> {
  const decoder = new CaptureDecoder(name, 'reused');
  const record = createRecord();
  let frames = 0;
  let sum = 0;
  try {
    for await (const chunk of chunks) {
      decoder.push(chunk);
      while (decoder.read(record)) {
        frames++;
        for (let at = record.at; at < record.end; at++) sum = (sum * 31 + (record.bytes[at] ?? 0)) | 0;
      }
    }
    decoder.finish();
  } catch (error) {
    return { frames, sum, error };
  }
  return { frames, sum, error: undefined };
}

const expected = await read(pieces(CAPTURE, CAPTURE.length));

test('frames are the same however the bytes arrive', async () => {
  assert.is(expected.frames, 5000);
  for (const lengthBytes of [1, 7, 64, 1000, 65_536]) assert.equal(await read(pieces(CAPTURE, lengthBytes)), expected);
});

test('a plain file is read', async () => {
  const path = join(folder, 'plain.pcap');
  await writeFile(path, CAPTURE);
  assert.equal(await read(readChunks(path)), expected);
});

test('gzip is unpacked, from a file and from a stream, also in several members', async () => {
  const packed = gzipSync(CAPTURE);
  const path = join(folder, 'packed.pcap.gz');
  await writeFile(path, packed);
  assert.equal(await read(readChunks(path)), expected);
  assert.equal(await read(readStreamChunks(pieces(packed, 3), 'stream')), expected);
  const members = Buffer.concat([gzipSync(CAPTURE.subarray(0, 777)), gzipSync(CAPTURE.subarray(777))]);
  assert.equal(await read(readStreamChunks(pieces(members, 100), 'stream')), expected);
});

test.skipIf(noZstd, 'zstd is unpacked, from a file and from a stream', async () => {
  const { stdout } = await execa('zstd', ['--compress', '--stdout'], { input: CAPTURE, encoding: 'buffer' });
  const path = join(folder, 'packed.pcap.zst');
  await writeFile(path, stdout);
  assert.equal(await read(readChunks(path)), expected);
  assert.equal(await read(readStreamChunks(pieces(stdout, 1000), 'stream')), expected);
});

test.skipIf(noZstd, 'damaged zstd is an error with the unpacked offset', async () => {
  const { stdout } = await execa('zstd', ['--compress', '--stdout'], { input: CAPTURE, encoding: 'buffer' });
  const { error } = await read(
    readStreamChunks(pieces(stdout.subarray(0, stdout.length - 20), 1000), 'cut.zst'),
    'cut.zst',
  );
  assert.ok(error instanceof CaptureError, String(error));
  assert.match(error.message, /^cut\.zst, byte \d+: expected more zstd data/);
});

test('gzip that is cut or damaged is an error after the frames before it', async () => {
  const packed = gzipSync(CAPTURE);
  const cut = await read(readStreamChunks(pieces(packed.subarray(0, packed.length - 100), 1000), 'cut.gz'), 'cut.gz');
  assert.ok(cut.error instanceof CaptureError && cut.error.truncated, String(cut.error));
  const damaged = packed.slice();
  damaged.fill(0xff, 2000, 2100);
  const broken = await read(readStreamChunks(pieces(damaged, 1000), 'broken.gz'), 'broken.gz');
  assert.ok(broken.error instanceof CaptureError);
  assert.match(broken.error.message, /^broken\.gz, byte \d+: expected more gzip data that can be unpacked/);
});

test('a file that is not there is a CaptureError', async () => {
  const { error } = await read(readChunks(join(folder, 'nosuch')));
  assert.ok(error instanceof CaptureError);
  assert.match(error.message, /a readable capture file, found ENOENT/);
});

test('errors name byte and record', async () => {
  const damaged = CAPTURE.slice();
  // Captured length of the third record; the first two hold 60 and 61 bytes.
  new DataView(damaged.buffer).setUint32(24 + 16 + 60 + 16 + 61 + 8, 0x7fffffff, true);
  const { frames, error } = await read(pieces(damaged, 10));
  assert.is(frames, 2);
  assert.ok(error instanceof CaptureError);
  assert.match(error.message, /^capture, byte 177 \(record 3\): expected a captured length of at most 262144 bytes/);
  assert.is(error.recordNumber, 3);
});

test('places in the file are those of the bytes', async () => {
  const decoder = new CaptureDecoder('capture', 'reused');
  const record = createRecord();
  for await (const chunk of pieces(CAPTURE, 5000)) {
    decoder.push(chunk);
    while (decoder.read(record)) {
      const inFile = CAPTURE.subarray(record.byteOffset, record.byteOffset + record.end - record.at);
      assert.ok(Buffer.compare(inFile, record.bytes.subarray(record.at, record.end)) === 0);
    }
  }
});

test.run();
