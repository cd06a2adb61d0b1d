import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { CaptureError, decodeCapture, readCaptureFile, readCaptureStream } from '../../harness/capture/index.ts';
import type { CapturedFrame, CaptureDirection } from '../../harness/capture/index.ts';
import { assert, suite } from '../support/suite.ts';
import { commandMissing } from './command-missing.ts';
import { blocks, handmadePcap } from './handmade.ts';
import { BYTES, pieces, readAll, SAMPLE, written } from './sample-capture.ts';

const test = suite('capture/capture-reader');

test('what the writer wrote is read again, with everything said about file, ports and frames', async () => {
  const reader = readCaptureStream(pieces(SAMPLE, 1000), 'sample');
  assert.is(reader.info, undefined);
  const { frames, error } = await readAll(reader);
  assert.is(error, undefined);
  const common = { linkType: 1 };
  assert.equal(frames, [
    {
      ...common,
      index: 0,
      timestampNs: 5n,
      interfaceIndex: 0,
      interfaceName: 'P',
      originalLengthBytes: 5,
      bytes: BYTES,
      comments: ['one', 'two'],
      direction: 'inbound',
    },
    {
      ...common,
      index: 1,
      timestampNs: 6n,
      interfaceIndex: 1,
      interfaceName: 'U',
      originalLengthBytes: 4,
      bytes: BYTES.slice(1),
      comments: [],
      direction: 'outbound',
    },
  ]);
  assert.equal(reader.info, {
    format: 'pcapng',
    comments: ['about the file'],
    applications: ['proto41'],
    interfaces: [
      { name: 'P', linkType: 1, snapLengthBytes: 0 },
      { name: 'U', description: 'underlay', linkType: 1, snapLengthBytes: 0 },
    ],
  });
});

test('a second pass over a reader is refused instead of finding nothing', async () => {
  const reader = readCaptureStream(pieces(SAMPLE, 1000), 'sample');
  assert.is((await readAll(reader)).frames.length, 2);
  const { error } = await readAll(reader);
  assert.match(String(error), /can be iterated once/);
});

for (const littleEndian of [true, false]) {
  const order = littleEndian ? 'little' : 'big';
  const make = blocks(littleEndian);

  for (const nanoseconds of [true, false]) {
    test(`classic pcap: ${order}-endian, ${nanoseconds ? 'nano' : 'micro'}seconds`, () => {
      const records = [
        { seconds: 1_700_000_000, fraction: 123_456, bytes: BYTES, originalLengthBytes: 90 },
        { seconds: 0, fraction: 999_999, bytes: new Uint8Array(0) },
      ];
      const frames = [...decodeCapture(handmadePcap({ littleEndian, nanoseconds, records, linkType: 101 }))];
      const unit = nanoseconds ? 1n : 1000n;
      const common = { interfaceIndex: 0, interfaceName: undefined, linkType: 101, comments: [] };
      assert.equal(frames, [
        {
          ...common,
          index: 0,
          timestampNs: 1_700_000_000_000_000_000n + 123_456n * unit,
          originalLengthBytes: 90,
          bytes: BYTES,
        },
        { ...common, index: 1, timestampNs: 999_999n * unit, originalLengthBytes: 0, bytes: new Uint8Array(0) },
      ]);
    });
  }

  test(`pcapng: ${order}-endian, with the time resolution and offset of each interface`, () => {
    const offset = new DataView(new ArrayBuffer(8));
    offset.setBigInt64(0, -3n, littleEndian);
    const file = [
      make.section(make.option(1, 'comment\0')),
      make.interface(1, 0, make.option(2, 'micro')),
      make.frame(0, 1_000_001n, BYTES, make.option(2, make.words(0x11)), make.option(1, 'x'), make.option(0, '')),
      make.interface(101, 0, make.option(9, Uint8Array.of(3)), make.option(14, new Uint8Array(offset.buffer))),
      make.interface(1, 0, make.option(9, Uint8Array.of(0x8a))),
      make.frame(2, 1536n, BYTES),
      make.frame(1, 4500n, BYTES, make.option(2, make.words(2))),
    ];
    const frames = [...decodeCapture(new Uint8Array(Buffer.concat(file)))];
    assert.equal(
      frames.map((frame) => [frame.interfaceName, frame.timestampNs, frame.linkType, frame.direction, frame.comments]),
      [
        ['micro', 1_000_001_000n, 1, 'inbound', ['x']],
        [undefined, 1_500_000_000n, 1, undefined, []],
        [undefined, 1_500_000_000n, 101, 'outbound', []],
      ],
    );
  });

  test(`pcapng: ${order}-endian, blocks that hold no frame are skipped, simple and obsolete packet blocks are read`, () => {
    const obsolete = [make.halves(0, 7), make.words(0, 9, 5, 5), BYTES, new Uint8Array(3)];
    const file = [
      make.section(),
      make.block(0x0bad, Uint8Array.of(1, 2, 3, 4)),
      make.interface(1, 4, make.option(2, 'short')),
      make.block(4, make.words(0)),
      make.block(3, make.words(5), BYTES.subarray(0, 4)),
      make.block(3, make.words(3), BYTES.subarray(0, 4)),
      make.block(2, ...obsolete),
      make.block(0x8000_0001),
    ];
    const frames = [...decodeCapture(new Uint8Array(Buffer.concat(file)))];
    assert.equal(
      frames.map((frame) => [frame.interfaceName, frame.timestampNs, frame.originalLengthBytes, [...frame.bytes]]),
      [
        ['short', 0n, 5, [1, 2, 3, 4]],
        ['short', 0n, 3, [1, 2, 3]],
        ['short', 9000n, 5, [1, 2, 3, 4, 5]],
      ],
    );
  });
}

test('interfaces are counted over all sections of a file', () => {
  const big = blocks(false);
  const named = (name: string): Uint8Array => big.interface(1, 0, big.option(2, name));
  const second = [big.section(), named('b'), named('c'), big.frame(1, 1n, BYTES)];
  const frames = [...decodeCapture(new Uint8Array(Buffer.concat([SAMPLE, ...second])))];
  assert.equal(
    frames.map((frame) => [frame.index, frame.interfaceIndex, frame.interfaceName]),
    [
      [0, 0, 'P'],
      [1, 1, 'U'],
      [2, 3, 'c'],
    ],
  );
});

test('any frames survive writing and reading, in pieces of any size', async () => {
  const frame = fc.record(
    {
      interfaceIndex: fc.nat(1),
      timestampNs: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
      bytes: fc.uint8Array({ maxLength: 80 }),
      comments: fc.array(
        fc.string({ unit: 'grapheme' }).filter((text) => !text.endsWith('\0')),
        { maxLength: 3 },
      ),
      direction: fc.constantFrom<CaptureDirection>('inbound', 'outbound'),
    },
    { requiredKeys: ['interfaceIndex', 'timestampNs', 'bytes', 'comments'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frame), fc.integer({ min: 1, max: 100 }), async (frames, pieceLength) => {
      const { frames: read, error } = await readAll(readCaptureStream(pieces(written(frames), pieceLength), 'any'));
      assert.is(error, undefined);
      assert.equal(
        read.map(({ interfaceIndex, timestampNs, bytes, comments, direction }) => ({
          interfaceIndex,
          timestampNs,
          bytes,
          comments,
          ...(direction && { direction }),
        })),
        frames.map((original) => ({ ...original })),
      );
    }),
  );
});

test('a file larger than the read buffer is read whole, and one that is missing is a CaptureError', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-capture-'));
  try {
    const path = join(folder, 'large.pcapng');
    const bytes = new Uint8Array(1400);
    const frames = Array.from({ length: 2000 }, (_, i) => ({ interfaceIndex: 0, timestampNs: BigInt(i), bytes }));
    await writeFile(path, written(frames));
    const { frames: read, error } = await readAll(readCaptureFile(path));
    assert.is(error, undefined);
    assert.equal(
      read.map((frame) => Number(frame.timestampNs)),
      frames.map((_, i) => i),
    );
    assert.ok(read.every((frame) => frame.bytes.length === 1400));
    const missing = await readAll(readCaptureFile(join(folder, 'missing.pcap')));
    assert.ok(missing.error instanceof CaptureError);
    assert.match(missing.error.message, /missing\.pcap, byte 0: expected a readable capture file, found ENOENT/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

for (const format of ['pcap', 'nsecpcap', 'modpcap', 'pcapng']) {
  const title = format === 'modpcap' ? 'is refused' : 'is read frame by frame';
  test.skipIf(await commandMissing('editcap'), `${format} as written by editcap ${title}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'proto41-capture-'));
    try {
      const original = [
        { interfaceIndex: 0, timestampNs: 1_700_000_000_000_001_000n, bytes: BYTES },
        { interfaceIndex: 0, timestampNs: 1_700_000_001_000_002_000n, bytes: BYTES.subarray(2) },
      ];
      await writeFile(join(folder, 'in'), written(original));
      await execa('editcap', ['-F', format, join(folder, 'in'), join(folder, 'out')]);
      const decode = async (): Promise<CapturedFrame[]> => [...decodeCapture(await readFile(join(folder, 'out')))];
      if (format === 'modpcap') {
        await assert.rejects(decode, CaptureError);
        return;
      }
      const frames = await decode();
      assert.equal(
        frames.map(({ timestampNs, bytes }) => ({ timestampNs, bytes })),
        original.map(({ timestampNs, bytes }) => ({ timestampNs, bytes: bytes.slice() })),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test.run();
