import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readModuleInfo } from '../../../harness/node/vm/module-info.ts';
import { modulesAlias, modulesDep, readModules } from '../../../harness/node/vm/module-tree.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('node/vm/module-tree');

/** The least ELF-64 object with a .modinfo section: header, two sections' contents, table of three section headers. */
const moduleObject = (fields: readonly string[]): Buffer => {
  const modinfo = Buffer.from(fields.map((field) => `${field}\0`).join(''));
  const names = Buffer.from('\0.modinfo\0.shstrtab\0');
  const header = Buffer.alloc(0x40);
  header.writeUInt32BE(0x7f454c46, 0);
  header.writeBigUInt64LE(BigInt(0x40 + modinfo.length + names.length), 0x28);
  header.writeUInt16LE(0x40, 0x3a);
  header.writeUInt16LE(3, 0x3c);
  header.writeUInt16LE(2, 0x3e);
  const section = (name: number, offset: number, size: number): Buffer => {
    const entry = Buffer.alloc(0x40);
    entry.writeUInt32LE(name, 0);
    entry.writeBigUInt64LE(BigInt(offset), 0x18);
    entry.writeBigUInt64LE(BigInt(size), 0x20);
    return entry;
  };
  return Buffer.concat([
    header,
    modinfo,
    names,
    section(0, 0, 0),
    section(1, 0x40, modinfo.length),
    section(10, 0x40 + modinfo.length, names.length),
  ]);
};

let folder = '';
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-test-'));
});
test.after.each(async () => {
  await rm(folder, { recursive: true });
});

test('a module says what it needs and under which names it is asked for', () => {
  const info = readModuleInfo(
    moduleObject(['license=GPL', 'depends=ip_tunnel,tunnel-4', 'alias=rtnl-link-sit', 'alias=netdev-sit0']),
    'sit',
  );
  assert.equal(info, { dependencies: ['ip_tunnel', 'tunnel_4'], aliases: ['rtnl-link-sit', 'netdev-sit0'] });
});

test('anything but an ELF object is refused by name', () => {
  assert.throws(
    () => readModuleInfo(Buffer.from('#!/bin/sh'), 'sit'),
    /expected an ELF object in the kernel module sit/,
  );
});

test('modules come after what they need, compressed or not, and built-in ones are left out', async () => {
  await writeFile(
    join(folder, 'modules.builtin'),
    'kernel/drivers/virtio/virtio.ko\nkernel/drivers/char/virtio_console.ko\n',
  );
  await writeFile(join(folder, 'virtio_pci.ko'), moduleObject(['depends=virtio,virtio-ring']));
  await writeFile(join(folder, 'virtio-ring.ko.gz'), gzipSync(moduleObject(['depends='])));
  await writeFile(join(folder, 'virtio_net.ko'), moduleObject(['depends=virtio_pci', 'alias=virtio:d1']));
  const modules = await readModules(folder);
  assert.equal(
    modules.map((module) => module.name),
    ['virtio_ring', 'virtio_pci', 'virtio_net'],
  );
  assert.is(
    modulesDep(modules),
    'virtio_ring.ko:\nvirtio_pci.ko: virtio_ring.ko\nvirtio_net.ko: virtio_pci.ko virtio_ring.ko\n',
  );
  assert.is(modulesAlias(modules), 'alias virtio:d1 virtio_net\n');
});

test('a folder without the modules of the ports is refused with what is missing', async () => {
  await writeFile(join(folder, 'modules.builtin'), '');
  await assert.rejects(readModules(folder), /expected the kernel module virtio_pci \(for the virtual machine\)/);
});

test.run();
