import * as fc from 'fast-check';
import {
  build,
  decode,
  describe,
  ethernet,
  findLayer,
  findLayers,
  fromHex,
  hopByHopOptions,
  icmpv4Error,
  icmpv6EchoRequest,
  icmpv6Error,
  ipv4,
  ipv6,
  payload,
  routingHeader,
  tcp,
  toHex,
  trailer,
  udp,
  type DecodeStart,
} from '../../harness/packet/index.ts';
import { assert, suite } from '../support/suite.ts';
import { FOU_PORT, frameCorpus } from './support/frame-corpus.ts';
import { KNOWN_PACKETS } from './support/known-packets.ts';
import { layersOf } from './support/rebuild.ts';

const TUNNELS = { tunnelPorts: { 6080: 'gue', 3544: 'fou', [FOU_PORT]: 'fou' } } as const;
const STARTS: readonly DecodeStart[] = ['ethernet', 'ipv4', 'ipv6'];

const test = suite('packet/decode');

for (const { title, start, bytes, kinds } of KNOWN_PACKETS) {
  test(`decodes the known bytes and builds them again: ${title}`, () => {
    const decoded = decode(bytes, start, TUNNELS);
    assert.equal(
      decoded.layers.map((layer) => layer.kind),
      kinds,
    );
    assert.is(decoded.stop, undefined);
    assert.is(toHex(build(...layersOf(decoded))), toHex(bytes));
  });

  test(`says where and why it stopped at every length: ${title}`, () => {
    for (let length = 0; length < bytes.length; length++) {
      const decoded = decode(bytes.slice(0, length), start, TUNNELS);
      const hasComplaint = decoded.stop !== undefined || decoded.layers.some((layer) => layer.issues.length > 0);
      const isOpenEnded = kinds[0] === 'ethernet' && decoded.layers.length === 0;
      assert.ok(hasComplaint || isOpenEnded, `cut to ${length} bytes: ${describe(decoded)}`);
      assert.ok((decoded.stop?.offset ?? 0) <= length);
    }
  });
}

test('decodes and describes any bytes without throwing, and stays inside them', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STARTS), fc.uint8Array({ maxLength: 200 }), (start, bytes) => {
      const decoded = decode(bytes, start, TUNNELS);
      for (const layer of decoded.layers) {
        assert.ok(layer.offset + layer.headerLengthBytes <= bytes.length);
        assert.ok(layer.endOffset <= bytes.length && layer.endOffset >= layer.offset);
      }
      assert.ok(describe(decoded).length > 0);
    }),
    { numRuns: 2000 },
  );
});

test('decodes any bytes behind a sound start of a header without throwing', () => {
  const starts = KNOWN_PACKETS.flatMap(({ bytes, start }) => [{ bytes, start }]);
  fc.assert(
    fc.property(
      fc.constantFrom(...starts),
      fc.nat(60),
      fc.uint8Array({ maxLength: 120 }),
      ({ bytes, start }, keep, rest) => {
        describe(Uint8Array.of(...bytes.subarray(0, keep), ...rest), start, TUNNELS);
      },
    ),
    { numRuns: 3000 },
  );
});

test('builds every sound frame of the corpus again, byte for byte', () => {
  let count = 0;
  for (const { bytes, recipe } of frameCorpus('round trip', 1500)) {
    if (recipe !== 'sound') continue;
    const decoded = decode(bytes, 'ethernet', TUNNELS);
    // A first fragment may end in the middle of the inner header.
    const isFragment = findLayer(decoded, 'ipv4')?.header.moreFragments === true;
    if (isFragment && decoded.stop !== undefined) continue;
    count++;
    assert.is(decoded.stop, undefined, describe(decoded));
    assert.is(toHex(build(...layersOf(decoded))), toHex(bytes), describe(decoded));
  }
  assert.ok(count > 500);
});

test('a buffer full of ones around the packet changes nothing', () => {
  for (const { start, bytes } of KNOWN_PACKETS) {
    const around = new Uint8Array(bytes.length + 20).fill(0xff);
    around.set(bytes, 10);
    const view = around.subarray(10, 10 + bytes.length);
    assert.is(describe(view, start, TUNNELS), describe(bytes, start, TUNNELS));
  }
});

test('finds nested layers of a kind by their index', () => {
  const decoded = decode(build(ipv4({ ttl: 9 }), ipv6({ hopLimit: 1 }), ipv6({ hopLimit: 2 })), 'ipv4');
  assert.is(findLayer(decoded, 'ipv4')?.header.ttl, 9);
  assert.equal(
    findLayers(decoded, 'ipv6').map(({ header }) => header.hopLimit),
    [1, 2],
  );
  assert.is(findLayer(decoded, 'ipv6', 2), undefined);
});

test('tells good, bad, absent and unverified checksums apart', () => {
  const packet = build(ipv4({ source: '10.0.0.1' }), udp(), payload(new Uint8Array(9)));
  const stateOf = (bytes: Uint8Array) => findLayer(decode(bytes, 'ipv4'), 'udp')?.checksum;
  assert.is(stateOf(packet), 'good');
  const flipped = packet.slice();
  flipped[30] = 1;
  assert.is(stateOf(flipped), 'bad');
  assert.is(stateOf(packet.subarray(0, 32)), 'unverified');
  assert.is(stateOf(build(ipv4(), udp({ checksum: 0 }))), 'absent');
  const header = findLayer(decode(flipped.fill(7, 8, 9), 'ipv4'), 'ipv4');
  assert.is(header?.checksum, 'bad');
});

test('verifies a checksum against the final destination of a Routing header (RFC 8200 section 8.1)', () => {
  const final = '2001:db8::9';
  const good = build(ipv6({ destination: final }), tcp()).subarray(40);
  const data = new Uint8Array(20);
  data.set(build(ipv6({ source: final })).subarray(8, 24), 4);
  const packet = build(
    ipv6({ destination: '2001:db8::5' }),
    routingHeader({ nextHeader: 6, segmentsLeft: 1, data }),
    payload(good),
  );
  assert.is(findLayer(decode(packet, 'ipv6'), 'tcp')?.checksum, 'good');
});

test('leaves the bytes of a later fragment alone', () => {
  const decoded = decode(build(ipv4({ protocol: 41, fragmentOffset: 1 }), payload(fromHex('60'))), 'ipv4');
  assert.equal(
    decoded.layers.map((layer) => layer.kind),
    ['ipv4', 'payload'],
  );
});

test('marks bytes behind the packet as a trailer outside and as an issue inside', () => {
  const outside = decode(build(ethernet(), ipv6(), trailer(new Uint8Array(4))));
  assert.is(outside.trailerOffset, 54);
  const inside = decode(build(ipv4(), ipv6({ payloadLength: 0 }), payload(new Uint8Array(4))), 'ipv4');
  assert.is(inside.trailerOffset, undefined);
  assert.equal(findLayer(inside, 'ipv6')?.issues, ['4 bytes behind its end']);
});

test('stops at an impossible version or header length', () => {
  assert.is(decode(build(ipv4({ protocol: 41 }), ipv4()), 'ipv4').stop?.reason, 'version is 4, not 6');
  assert.is(decode(build(ipv4({ ihl: 4 })), 'ipv4').stop?.reason, 'IHL is 4, less than 5');
  assert.match(decode(build(ipv4({ totalLength: 19 })), 'ipv4').stop?.reason ?? '', /total length 19 is less/);
  assert.match(decode(build(ipv4(), udp({ length: 7 })), 'ipv4').stop?.reason ?? '', /length 7 is less/);
});

test('notes options that run over their header, and a misplaced Hop-by-Hop header', () => {
  const options = decode(build(ipv6(), hopByHopOptions({ options: fromHex('05ff0000') })), 'ipv6');
  assert.equal(findLayer(options, 'ipv6-hop-by-hop')?.issues, ['an option runs over the end of the header']);
  const misplaced = decode(build(ipv6(), hopByHopOptions(), hopByHopOptions()), 'ipv6');
  assert.equal(findLayer(misplaced, 'ipv6-hop-by-hop', 1)?.issues, ['not directly behind an IPv6 header']);
});

test('decodes what an error quotes apart from the packet itself', () => {
  const cause = build(ipv6({ hopLimit: 1 }), icmpv6EchoRequest({ identifier: 7 }));
  const decoded = decode(build(ipv6(), icmpv6Error({ type: 3, quoted: cause })), 'ipv6');
  assert.is(findLayers(decoded, 'ipv6').length, 1);
  const quoted = findLayer(decoded, 'icmpv6')?.decodeQuoted();
  assert.ok(quoted);
  assert.is(findLayer(quoted, 'icmpv6')?.header.identifier, 7);
  assert.is(findLayer(decode(cause, 'ipv6'), 'icmpv6')?.decodeQuoted(), undefined);
});

test('does not follow errors that quote errors for ever', () => {
  let packet = build(ipv4());
  for (let depth = 0; depth < 20; depth++) packet = build(ipv4(), icmpv4Error({ type: 11, quoted: packet }));
  let depth = 0;
  let decoded = decode(packet, 'ipv4');
  for (;;) {
    const quoted = findLayer(decoded, 'icmpv4')?.decodeQuoted();
    if (quoted === undefined) break;
    decoded = quoted;
    depth++;
  }
  assert.is(depth, 4);
});

test('gives up on endless chains of headers', () => {
  const chain = Array.from({ length: 100 }, () => ipv6());
  const decoded = decode(build(...chain), 'ipv6');
  assert.is(decoded.layers.length, 64);
  assert.match(decoded.stop?.reason ?? '', /more than 64/);
});

test.run();
