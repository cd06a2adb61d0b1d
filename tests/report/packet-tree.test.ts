import { fieldsNamedIn } from '../../harness/report/field-words.ts';
import { packetTable } from '../../harness/packet/packet-fields.ts';
import { packetTreeLines } from '../../harness/report/packet-tree.ts';
import { assert, suite } from '../support/suite.ts';
import { tunnelFrame, violation } from './fixtures.ts';

const test = suite('report/packet-tree');

const FRAME = tunnelFrame(9);

const PLAIN_VIOLATION = { ...violation({ actual: 'x' }) };
const { differences: _, ...WITHOUT_DIFFERENCES } = PLAIN_VIOLATION;

test('opens the header with the offending field, and keeps the others in one line', () => {
  const lines = packetTreeLines(FRAME, { ...WITHOUT_DIFFERENCES, place: { offset: 22, lengthBytes: 1 } }, 'overlay');
  assert.ok(lines.some((line) => line.startsWith('  > ttl') && line.endsWith(' 63')));
  assert.is(lines.filter((line) => line.startsWith('  > ')).length, 1);
  assert.ok(lines.includes('  ipv6 at byte 34: payloadLength 11, nextHeader 17, source fd00::1, destination fd00::2'));
});

test('a violation that names no field marks none', () => {
  const lines = packetTreeLines(FRAME, WITHOUT_DIFFERENCES, 'overlay');
  assert.is(lines.filter((line) => line.includes('>')).length, 0);
  assert.is(lines.length, 5);
});

test('a profile that cannot be read any more is no obstacle', () => {
  assert.is(packetTreeLines(FRAME, WITHOUT_DIFFERENCES, 'from the future').length, 5);
});

test('words lead to the field that they mean, outer or inner', () => {
  const { layers } = packetTable(FRAME);
  const named = (text: string) => fieldsNamedIn(text, layers).map(({ layer, field }) => `${layer}.${field}`);
  assert.equal(named('outer TTL 63'), ['ipv4.ttl']);
  assert.equal(named('inner Hop Limit 9'), ['ipv6.hopLimit']);
  assert.equal(named('outer ECN (pod packet with CE) ECT(0)'), ['ipv4.tos']);
  assert.equal(named('DF clear'), ['ipv4.dontFragment']);
  assert.equal(named('UDP checksum 0x0000'), ['udp.checksum']);
  assert.equal(named('nothing on any port'), []);
  assert.equal(named('outer TTL (pod packet with hop limit 2) 1'), ['ipv4.ttl']);
  assert.equal(named('on U: Ethernet 02:41:00:00:00:02 > 02:55:0a:00:00:02 | IPv4 10.0.0.1 > 10.0.0.2 ttl 64 DF'), []);
});

test.run();
