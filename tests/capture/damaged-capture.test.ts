import fc from 'fast-check';
import { CaptureError, decodeCapture, readCaptureStream } from '../../harness/capture/index.ts';
import type { CapturedFrame } from '../../harness/capture/index.ts';
import { assert, suite } from '../support/suite.ts';
import { blocks, handmadePcap } from './handmade.ts';
import { BYTES, pieces, readAll, SAMPLE } from './sample-capture.ts';

const test = suite('capture/damaged-capture');

for (const littleEndian of [true, false]) {
  const order = littleEndian ? 'little' : 'big';
  const make = blocks(littleEndian);

  test(`${order}-endian: a file cut at any byte gives its whole frames and then a CaptureError that says so`, () => {
    const pcap = handmadePcap({
      littleEndian,
      nanoseconds: true,
      records: [
        { seconds: 1, fraction: 1, bytes: BYTES },
        { seconds: 2, fraction: 2, bytes: BYTES },
      ],
    });
    const section = [make.section(), make.interface(1, 0, make.option(2, 'P'))];
    const commented = make.frame(0, 1n, BYTES, make.option(1, 'comment'));
    const pcapng = new Uint8Array(Buffer.concat([...section, commented, make.frame(0, 2n, BYTES)]));
    const pcapngEnds = [section, [...section, commented]].map((parts) => Buffer.concat(parts).length);
    assertCutEverywhere(pcap, [24, 24 + 21], [0, 24 + 21 * 2]);
    assertCutEverywhere(pcapng, pcapngEnds, [Buffer.concat(section.slice(0, 1)).length, pcapng.length]);
  });
}

/** `ends`: where the file may end with 0 and with 1 whole frames. `others`: further places where no record is cut. */
function assertCutEverywhere(bytes: Uint8Array, ends: readonly number[], others: readonly number[]): void {
  for (let lengthBytes = 0; lengthBytes < bytes.length; lengthBytes++) {
    const good: CapturedFrame[] = [];
    let error: unknown;
    try {
      for (const frame of decodeCapture(bytes.slice(0, lengthBytes), 'cut')) good.push(frame);
    } catch (thrown) {
      error = thrown;
    }
    const [, second = Infinity] = ends;
    assert.is(good.length, lengthBytes >= second ? 1 : 0, `frames in ${lengthBytes} bytes`);
    if (ends.includes(lengthBytes) || (lengthBytes > 0 && others.includes(lengthBytes))) {
      assert.is(error, undefined, `${lengthBytes} bytes are a whole file`);
    } else {
      assert.ok(error instanceof CaptureError, `${lengthBytes} bytes: ${String(error)}`);
      assert.is(error.code, 'CAPTURE_INVALID');
      assert.is(error.truncated, lengthBytes > 0);
      assert.ok(error.byteOffset <= lengthBytes);
    }
  }
}

test('a damaged record is reported with file, offset, expected and found, after the good frames', async () => {
  const damaged = SAMPLE.slice();
  const last = damaged.length - 1;
  damaged[last] = 0x7f;
  const { frames, error } = await readAll(readCaptureStream(pieces(damaged, 64), 'damaged.pcapng'));
  assert.is(frames.length, 1);
  assert.ok(error instanceof CaptureError);
  assert.is(error.truncated, false);
  assert.is(error.file, 'damaged.pcapng');
  assert.is(damaged[error.byteOffset], 6);
  assert.match(
    error.message,
    /^damaged\.pcapng, byte \d+ \(record \d+\): expected the block length (\d+) again .*, found \d+$/,
  );
});

const wrong = blocks(true);
const start = [wrong.section(), wrong.interface(1, 0)];
const WRONG_FILES: readonly [string, Uint8Array[], RegExp][] = [
  ['an empty file', [], /found an empty file/],
  ['a text file', [Buffer.from('hello world')], /magic number 0x68656c6c/],
  ['a compressed file', [Uint8Array.of(0x1f, 0x8b, 8, 0)], /decompress the file first/],
  ['an old pcap version', [wrong.words(0xa1b2c3d4), wrong.halves(2, 2), wrong.words(0, 0, 0, 1)], /version 2\.2/],
  [
    'an absurd pcap record length',
    [wrong.words(0xa1b2c3d4), wrong.halves(2, 4), wrong.words(0, 0, 100, 1, 0, 0, 300_000, 1)],
    /at most 262144 bytes, found 300000/,
  ],
  ['a wrong byte-order magic', [wrong.block(0x0a0d0d0a, wrong.words(1, 1, 1, 1))], /byte-order magic 0x1a2b3c4d/],
  ['a new major version', [wrong.block(0x0a0d0d0a, wrong.words(0x1a2b3c4d, 2, 0, 0))], /major version 1, found 2/],
  ['a frame on an unknown interface', [...start, wrong.frame(1, 0n, BYTES)], /one of the 1 interfaces .* interface 1/],
  ['a frame before any interface', [wrong.section(), wrong.block(3, wrong.words(0))], /one of the 0 interfaces/],
  ['interfaces of an earlier section', [...start, wrong.section(), wrong.frame(0, 0n, BYTES)], /one of the 0/],
  ['a block length that is not divisible by 4', [...start, wrong.words(99, 17, 0, 0, 17)], /divisible by 4/],
  ['a block too short for its type', [...start, wrong.block(6, wrong.words(0, 0))], /a block length of 32 to/],
  ['a frame longer than its block', [...start, wrong.block(6, wrong.words(0, 0, 0, 1, 1))], /at most 0 bytes/],
  ['an option longer than its block', [wrong.section(wrong.halves(1, 5), wrong.words(0))], /length of 5 with 4 left/],
];
for (const [what, parts, message] of WRONG_FILES) {
  test(`${what} is refused`, () => {
    const isExpected = (error: unknown): boolean => error instanceof CaptureError && message.test(error.message);
    assert.throws(() => [...decodeCapture(new Uint8Array(Buffer.concat(parts)))], isExpected);
  });
}

test('any bytes at all give frames or a CaptureError', () => {
  const change = fc.tuple(fc.nat(SAMPLE.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
      const bytes = SAMPLE.slice();
      for (const [offset, value] of changes) bytes[offset] = value;
      try {
        for (const frame of decodeCapture(bytes)) assert.ok(frame.bytes.length <= bytes.length);
      } catch (error) {
        if (!(error instanceof CaptureError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

test.run();
