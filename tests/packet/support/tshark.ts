/** Wireshark's command line as an oracle that shares no code with ours. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** No names, every occurrence of a field, one line per frame. */
const OUTPUT = ['-n', '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=,', '-E', 'separator=|'];

/** Why the oracle cannot be asked, or undefined if it can. */
export async function tsharkMissing(): Promise<string | undefined> {
  const { exitCode } = await execa('tshark', ['--version'], { reject: false });
  return exitCode === 0 ? undefined : 'tshark is not installed';
}

/** For every frame the values of every field, in the order in which the fields occur in the packet. */
export async function askTshark<Field extends string>(
  frames: readonly Uint8Array[],
  fields: readonly Field[],
  options: readonly string[],
): Promise<readonly Readonly<Record<Field, readonly string[]>>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-tshark-'));
  try {
    const file = join(folder, 'frames.pcap');
    await writeFile(file, classicPcap(frames));
    const { stdout } = await execa('tshark', [
      ...OUTPUT,
      '-r',
      file,
      ...options,
      ...fields.flatMap((field) => ['-e', field]),
    ]);
    return stdout.split('\n').map((line) => {
      const columns = line.split('|');
      const entries = fields.map((field, index): [Field, readonly string[]] => [field, split(columns[index])]);
      // The entries are made from `fields`, so every key is there.
      return Object.fromEntries(entries) as Record<Field, readonly string[]>;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function split(column = ''): readonly string[] {
  return column === '' ? [] : column.split(',');
}

/** The classic file format: version 2.4, microseconds, link type 1 (Ethernet), little-endian. */
function classicPcap(frames: readonly Uint8Array[]): Uint8Array {
  const fileHeader = Buffer.alloc(24);
  fileHeader.writeUInt32LE(0xa1b2c3d4, 0);
  fileHeader.writeUInt16LE(2, 4);
  fileHeader.writeUInt16LE(4, 6);
  fileHeader.writeUInt32LE(262_144, 16);
  fileHeader.writeUInt32LE(1, 20);
  const records = frames.flatMap((frame, index) => {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(index, 0);
    header.writeUInt32LE(frame.length, 8);
    header.writeUInt32LE(frame.length, 12);
    return [header, frame];
  });
  return Buffer.concat([fileHeader, ...records]);
}
