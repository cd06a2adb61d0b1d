import { execaSync } from 'execa';
import { writeCpio, type CpioEntry } from '../../../harness/node/vm/cpio.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('node/vm/cpio');

const entries: readonly CpioEntry[] = [
  { kind: 'folder', path: 'bin' },
  { kind: 'file', path: 'bin/odd', bytes: Buffer.from('12345'), executable: true },
  { kind: 'file', path: 'note', bytes: Buffer.from('1234'), executable: false },
  { kind: 'link', path: 'bin/sh', target: 'odd' },
];

const withoutCpio = execaSync('cpio', ['--version'], { reject: false }).failed ? 'cpio is not installed' : undefined;

test('a record is a header of hexadecimal fields, the name and the data, padded to four bytes', () => {
  const [entry] = entries.slice(1);
  assert.ok(entry !== undefined);
  const header =
    '070701' + // magic
    ['00000001', '000081ed', '00000000', '00000000', '00000001', '00000000', '00000005'].join('') + // inode to file size
    ['00000000', '00000000', '00000000', '00000000', '00000008', '00000000'].join(''); // devices, name size, check
  const record = Buffer.from(`${header}bin/odd\0\0\x0012345\0\0\0`, 'latin1');
  assert.equal(writeCpio([entry]).subarray(0, record.length), record);
});

test('the archive ends with the trailer and is a whole number of words long', () => {
  const archive = writeCpio(entries);
  assert.is(archive.length % 4, 0);
  assert.ok(archive.subarray(-14).toString('latin1').startsWith('TRAILER!!!'));
});

test('the same entries give the same bytes', () => {
  assert.equal(writeCpio(entries), writeCpio(entries));
});

test.skipIf(withoutCpio, 'cpio reads names, modes, sizes and link targets back', () => {
  const listing = execaSync('cpio', ['--list', '--verbose', '--numeric-uid-gid', '--quiet'], {
    input: writeCpio(entries),
  }).stdout;
  const words = listing.split('\n').map((line) => line.trim().split(/\s+/));
  assert.equal(
    words.map((line) => [line[0], line[4], line.slice(8).join(' ')]),
    [
      ['drwxr-xr-x', '0', 'bin'],
      ['-rwxr-xr-x', '5', 'bin/odd'],
      ['-rw-r--r--', '4', 'note'],
      ['lrwxrwxrwx', '3', 'bin/sh -> odd'],
    ],
  );
});

test.run();
