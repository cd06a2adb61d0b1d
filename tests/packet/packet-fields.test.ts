import fc from 'fast-check';
import { packetTable } from '../../harness/packet/packet-fields.ts';
import { build, ethernet, ipv4, ipv6, udp } from '../../harness/packet/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('packet/packet-fields');

const FRAME = build(
  ethernet({ source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' }),
  ipv4({ source: '10.0.0.1', destination: '10.0.0.2', dontFragment: true, headerChecksum: 0 }),
  ipv6({ source: 'fd00::1', destination: 'fd00::2', flowLabel: 0xabcde }),
  ipv6({ source: 'fd00::3', destination: 'fd00::4' }),
  udp({ sourcePort: 1, destinationPort: 2 }),
);

test('names layers and fields with place and value', () => {
  const { layers } = packetTable(FRAME);
  assert.equal(
    layers.map(({ name, offset }) => `${name}@${String(offset)}`),
    ['ethernet@0', 'ipv4@14', 'ipv6@34', 'ipv6#2@74', 'udp@114'],
  );
  const fieldOf = (layer: string, name: string) =>
    layers.find((each) => each.name === layer)?.fields.find((field) => field.name === name);
  assert.equal(fieldOf('ipv4', 'dontFragment'), { name: 'dontFragment', offset: 20, lengthBytes: 1, text: '1' });
  assert.equal(fieldOf('ipv6', 'flowLabel'), { name: 'flowLabel', offset: 35, lengthBytes: 3, text: '0xabcde' });
  assert.equal(fieldOf('ipv6#2', 'destination'), { name: 'destination', offset: 98, lengthBytes: 16, text: 'fd00::4' });
});

test('says what is odd about a header', () => {
  const ip = packetTable(FRAME).layers.find(({ kind }) => kind === 'ipv4');
  assert.match(ip?.issues.join(' ') ?? '', 'wrong checksum');
});

test('never throws, and every field lies where it says, whatever the bytes are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      for (const { fields } of packetTable(bytes).layers)
        for (const { offset, lengthBytes, text } of fields) {
          assert.ok(offset >= 0 && lengthBytes >= 1);
          assert.type(text, 'string');
        }
    }),
    { numRuns: 2000 },
  );
});

test.run();
