import * as fc from 'fast-check';
import {
  build,
  decode,
  diffFields,
  equalBytes,
  ethernet,
  fromHex,
  icmpv6EchoRequest,
  icmpv6Error,
  ipv4,
  ipv6,
  payload,
  udp,
} from '../../harness/packet/index.ts';
import { assert, suite } from '../support/suite.ts';
import { FOU_PORT, frameCorpus } from './support/frame-corpus.ts';

const test = suite('packet/field-diff');

const names = (expected: Uint8Array, actual: Uint8Array): readonly string[] =>
  diffFields(expected, actual, 'ipv4').map(({ layer, field }) => `${layer}.${field}`);

test('names a changed field, its place and both values', () => {
  const expected = build(ethernet(), ipv4({ ttl: 64, headerChecksum: 1, destination: '10.0.0.1' }));
  const actual = build(ethernet(), ipv4({ ttl: 63, headerChecksum: 1, destination: '10.0.0.2' }));
  assert.equal(diffFields(expected, actual), [
    {
      layer: 'ipv4',
      field: 'ttl',
      offset: 22,
      expectedHex: '40',
      actualHex: '3f',
      expectedText: '64',
      actualText: '63',
    },
    {
      layer: 'ipv4',
      field: 'destination',
      offset: 30,
      expectedHex: '0a000001',
      actualHex: '0a000002',
      expectedText: '10.0.0.1',
      actualText: '10.0.0.2',
    },
  ]);
});

test('tells fields apart that share a byte', () => {
  const base = { headerChecksum: 0, totalLength: 20 };
  assert.equal(names(build(ipv4(base)), build(ipv4({ ...base, dontFragment: true }))), ['ipv4.dontFragment']);
  assert.equal(names(build(ipv4(base)), build(ipv4({ ...base, fragmentOffset: 0x1000 }))), ['ipv4.fragmentOffset']);
  assert.equal(names(build(ipv4(base)), build(ipv4({ ...base, ihl: 6 }))), ['ipv4.ihl']);
});

test('numbers repeated layers and names content', () => {
  const packet = (hopLimit: number, mtu: number): Uint8Array =>
    build(
      ipv4(),
      ipv6(),
      ipv6({ hopLimit }),
      icmpv6Error({ type: 2, parameter: mtu, checksum: 0, quoted: fromHex('60000000') }),
    );
  assert.equal(names(packet(1, 1280), packet(2, 1281)), ['ipv6#2.hopLimit', 'icmpv6.mtu']);
  const echo = (hex: string): Uint8Array =>
    build(ipv4(), ipv6(), icmpv6EchoRequest({ data: fromHex(hex), checksum: 0 }));
  assert.equal(names(echo('0011'), echo('0022')), ['icmpv6.body']);
  const plain = (hex: string): Uint8Array => build(ipv4(), udp({ checksum: 0 }), payload(fromHex(hex)));
  assert.equal(diffFields(plain('0011'), plain('0022'), 'ipv4')[0]?.offset, 29);
});

test('reports missing and additional bytes', () => {
  const long = build(ipv4({ totalLength: 24, headerChecksum: 0 }), payload(fromHex('01020304')));
  const differences = diffFields(long, long.subarray(0, 18), 'ipv4');
  assert.equal(
    differences.map(({ field, actualText }) => `${field} ${actualText}`),
    ['destination cut to 0000', 'data missing', 'lengthBytes 18'],
  );
  assert.equal(names(long.subarray(0, 24), Uint8Array.of(...long, 1)), ['packet.lengthBytes']);
});

test('finds a difference exactly when the bytes differ', () => {
  const frames = frameCorpus('differences', 300).map(({ bytes }) => bytes);
  fc.assert(
    fc.property(fc.constantFrom(...frames), fc.nat(), fc.integer({ min: 0, max: 255 }), (frame, place, value) => {
      const actual = frame.slice();
      actual[place % frame.length] = value;
      const found = diffFields(frame, actual, 'ethernet', { tunnelPorts: { [FOU_PORT]: 'fou' } });
      assert.is(found.length === 0, equalBytes(frame, actual));
    }),
    { numRuns: 2000 },
  );
});

test('compares what cannot be decoded as plain bytes', () => {
  const broken = fromHex('45000014');
  assert.is(decode(broken, 'ipv4').layers.length, 0);
  assert.equal(names(broken, fromHex('45000015')), ['packet.data']);
});

test.run();
