import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { fileSink, memorySink, PcapngWriter, writeCapture, writeCaptureFile } from '../../harness/capture/index.ts';
import type { CaptureContents } from '../../harness/capture/index.ts';
import { assert, suite } from '../support/suite.ts';
import { commandMissing } from './command-missing.ts';

const test = suite('capture/pcapng-writer');

// An IPv4 header with protocol 41 behind an Ethernet header, cut after the outer header: tshark must not mind.
const FRAME = Uint8Array.from(
  Buffer.from('020000000002020000000001080045000014000000004029' + '66a00a0102030a010204', 'hex'),
);

const CONTENTS: CaptureContents = {
  section: { comments: ['profile overlay', 'second file comment'] },
  interfaces: [
    { name: 'P', description: 'pods' },
    { name: 'U', description: 'underlay', snapLengthBytes: 9000 },
  ],
  frames: [
    { interfaceIndex: 0, timestampNs: 1_700_000_000_123_456_789n, bytes: FRAME, direction: 'inbound' },
    {
      interfaceIndex: 1,
      timestampNs: 1_700_000_000_123_456_790n,
      bytes: FRAME.subarray(0, 33),
      originalLengthBytes: FRAME.length,
      direction: 'outbound',
      comments: ['fails encap.outer-source', 'grüße'],
    },
    { interfaceIndex: 1, timestampNs: 0xffff_ffff_ffff_ffffn, bytes: FRAME },
  ],
};

async function inTemporaryFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-capture-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('every block is a multiple of 32 bits long and repeats its length', () => {
  const sink = memorySink();
  writeCapture(sink, CONTENTS);
  const bytes = sink.bytes();
  const view = new DataView(bytes.buffer);
  const types: number[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const lengthBytes = view.getUint32(offset + 4, true);
    assert.is(lengthBytes % 4, 0);
    assert.is(view.getUint32(offset + lengthBytes - 4, true), lengthBytes);
    types.push(view.getUint32(offset, true));
    offset += lengthBytes;
  }
  assert.equal(types, [0x0a0d0d0a, 1, 1, 6, 6, 6]);
});

test('a file holds the same bytes as memory, also when it is drained between frames', async () => {
  await inTemporaryFolder(async (folder) => {
    const memory = memorySink();
    writeCapture(memory, CONTENTS);
    const path = join(folder, 'drained.pcapng');
    const writer = new PcapngWriter(await fileSink(path), CONTENTS.section);
    for (const added of CONTENTS.interfaces) writer.addInterface(added);
    const draining: Promise<void>[] = [];
    for (const frame of CONTENTS.frames) {
      writer.writeFrame(frame);
      draining.push(writer.drain());
    }
    await Promise.all(draining);
    await writer.close();
    await writer.close();
    assert.equal(new Uint8Array(await readFile(path)), memory.bytes());
  });
});

test('the frame is copied, so that a later change does not reach the file', () => {
  const sink = memorySink();
  const writer = new PcapngWriter(sink);
  const bytes = Uint8Array.of(1, 2, 3);
  writer.writeFrame({ interfaceIndex: writer.addInterface({ name: 'P' }), timestampNs: 1n, bytes });
  const before = sink.bytes();
  bytes.fill(0xff);
  assert.equal(sink.bytes(), before);
});

test('frames are numbered from 1 as Wireshark does', () => {
  const writer = new PcapngWriter(memorySink());
  const frame = { interfaceIndex: writer.addInterface({ name: 'P' }), timestampNs: 1n, bytes: FRAME };
  assert.equal([writer.writeFrame(frame), writer.writeFrame(frame), writer.frameCount], [1, 2, 2]);
});

test('facts that no file can hold are refused', () => {
  const writer = new PcapngWriter(memorySink());
  const frame = { interfaceIndex: 0, timestampNs: 1n, bytes: FRAME };
  assert.throws(() => writer.writeFrame(frame), /interface below 0, found 0/);
  writer.addInterface({ name: 'P' });
  assert.throws(() => writer.writeFrame({ ...frame, timestampNs: -1n }), /found -1/);
  assert.throws(() => writer.writeFrame({ ...frame, timestampNs: 1n << 64n }), /timestamp/);
});

test('a comment too long for an option is cut between characters', () => {
  const sink = memorySink();
  const writer = new PcapngWriter(sink);
  const interfaceIndex = writer.addInterface({ name: 'P' });
  const headLength = sink.bytes().length;
  writer.writeFrame({ interfaceIndex, timestampNs: 1n, bytes: new Uint8Array(0), comments: ['€'.repeat(30_000)] });
  const view = new DataView(sink.bytes().buffer);
  const optionLength = view.getUint16(headLength + 28 + 2, true);
  assert.is(optionLength, 65_535 - (65_535 % 3));
});

test('writing into a folder that is not there says so', async () => {
  await inTemporaryFolder(async (folder) => {
    await assert.rejects(() => writeCaptureFile(join(folder, 'no', 'such.pcapng'), CONTENTS), /ENOENT/);
  });
});

test.skipIf(await commandMissing('tshark'), 'tshark reads time, interface, direction and comments', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'evidence.pcapng');
    await writeCaptureFile(path, CONTENTS);
    const frameFields = 'time_epoch interface_name interface_description packet_flags_direction cap_len len comment';
    const fields = frameFields.split(' ').flatMap((field) => ['-e', `frame.${field}`]);
    const { stdout } = await execa('tshark', ['-r', path, '-T', 'fields', ...fields]);
    assert.equal(
      stdout.split('\n').map((line) => line.split('\t')),
      [
        ['1700000000.123456789', 'P', 'pods', '0x00000001', '34', '34', ''],
        ['1700000000.123456790', 'U', 'underlay', '0x00000002', '33', '34', 'fails encap.outer-source,grüße'],
        ['18446744073.709551615', 'U', 'underlay', '', '34', '34', ''],
      ],
    );
  });
});

test.skipIf(await commandMissing('capinfos'), 'capinfos reads the comments and interfaces of the file', async () => {
  await inTemporaryFolder(async (folder) => {
    const path = join(folder, 'evidence.pcapng');
    await writeCaptureFile(path, CONTENTS);
    const { stdout } = await execa('capinfos', [path]);
    for (const expected of [
      /File timestamp precision: +nanoseconds \(9\)/,
      /Capture application: +proto41/,
      /profile overlay/,
      /second file comment/,
      /Number of interfaces in file: 2/,
      /Name = P[^]*Description = pods[^]*Name = U[^]*Description = underlay[^]*Capture length = 9000/,
    ]) {
      assert.match(stdout, expected);
    }
  });
});

test.run();
