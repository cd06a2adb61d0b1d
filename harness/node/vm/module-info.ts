import { VmError } from './vm-error.ts';

/** What a kernel module says of itself in its `.modinfo` section. */
export interface ModuleInfo {
  /** Names of the modules that must be loaded before it. */
  readonly dependencies: readonly string[];
  /** Patterns under which the kernel asks for it, e.g. `rtnl-link-sit`. */
  readonly aliases: readonly string[];
}

// ELF-64, little endian (System V ABI): file header, and the entries of its section header table.
const ELF_MAGIC = 0x464c457f;
const HEADER = {
  sectionTable: 0x28,
  sectionEntryBytes: 0x3a,
  sectionCount: 0x3c,
  nameTableIndex: 0x3e,
  lengthBytes: 0x40,
} as const;
const SECTION = { name: 0x00, offset: 0x18, size: 0x20 } as const;

interface Section {
  readonly nameOffset: number;
  readonly bytes: Buffer;
}

/** @throws VmError `VM_MODULE` when the bytes are no 64-bit little-endian ELF object with such a section */
export const readModuleInfo = (elf: Buffer, name: string): ModuleInfo => {
  const sections = readSections(elf, name);
  const names = sections[elf.readUInt16LE(HEADER.nameTableIndex)];
  const modinfo = names && sections.find((section) => textAt(names.bytes, section.nameOffset) === '.modinfo');
  if (modinfo === undefined)
    throw new VmError('VM_MODULE', `expected a section .modinfo in the kernel module ${name}, found none`);
  const fields = modinfo.bytes.toString('latin1').split('\0');
  const values = (key: string): string[] =>
    fields.filter((field) => field.startsWith(`${key}=`)).map((field) => field.slice(key.length + 1));
  return {
    dependencies: values('depends')
      .flatMap((list) => list.split(','))
      .filter((each) => each !== '')
      .map(moduleName),
    aliases: values('alias'),
  };
};

/** Files and dependencies spell the same module with `-` or `_`. */
export const moduleName = (text: string): string => text.replaceAll('-', '_');

const textAt = (bytes: Buffer, offset: number): string => bytes.toString('latin1', offset, bytes.indexOf(0, offset));

const readSections = (elf: Buffer, name: string): Section[] => {
  if (elf.length < HEADER.lengthBytes || elf.readUInt32LE(0) !== ELF_MAGIC) {
    throw new VmError(
      'VM_MODULE',
      `expected an ELF object in the kernel module ${name}, found ${elf.length} bytes of something else`,
    );
  }
  const table = Number(elf.readBigUInt64LE(HEADER.sectionTable));
  const entryBytes = elf.readUInt16LE(HEADER.sectionEntryBytes);
  return Array.from({ length: elf.readUInt16LE(HEADER.sectionCount) }, (_, index) => {
    const entry = table + index * entryBytes;
    const offset = Number(elf.readBigUInt64LE(entry + SECTION.offset));
    const size = Number(elf.readBigUInt64LE(entry + SECTION.size));
    return { nameOffset: elf.readUInt32LE(entry + SECTION.name), bytes: elf.subarray(offset, offset + size) };
  });
};
