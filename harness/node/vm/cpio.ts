/** An entry of an archive; paths are relative, without a leading slash. Folders come before what they hold. */
export type CpioEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Uint8Array; readonly executable: boolean }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

// "newc": a header of 8-digit hexadecimal fields, the name with a zero byte, the data; name and data padded to four bytes
// (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).
const MAGIC = '070701';
const TRAILER = 'TRAILER!!!';
const ALIGNMENT = 4;
const MODE = { folder: 0o040755, file: 0o100644, executable: 0o100755, link: 0o120777 } as const;

/**
 * Writes an archive that the Linux kernel unpacks as initramfs. The same entries give the same bytes: no times, owner root,
 * inode numbers in order. Archives may follow one another in one image.
 */
export const writeCpio = (entries: readonly CpioEntry[]): Buffer => {
  const parts: Uint8Array[] = [];
  entries.forEach((entry, index) => {
    parts.push(...record(entry.path, modeOf(entry), index + 1, dataOf(entry)));
  });
  parts.push(...record(TRAILER, 0, 0, new Uint8Array(0)));
  return Buffer.concat(parts);
};

const modeOf = (entry: CpioEntry): number =>
  MODE[entry.kind === 'file' && entry.executable ? 'executable' : entry.kind];

const dataOf = (entry: CpioEntry): Uint8Array => {
  if (entry.kind === 'file') return entry.bytes;
  return Buffer.from(entry.kind === 'link' ? entry.target : '');
};

const record = (path: string, mode: number, inode: number, data: Uint8Array): Uint8Array[] => {
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, mode, 0, 0, 1, 0, data.byteLength, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join(''), 'latin1');
  return [header, name, padding(header.length + name.length), data, padding(data.byteLength)];
};

const padding = (lengthBytes: number): Uint8Array =>
  new Uint8Array((ALIGNMENT - (lengthBytes % ALIGNMENT)) % ALIGNMENT);
