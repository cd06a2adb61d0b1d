import { Ipv6Address } from '../../harness/address/index.ts';
import { assert, suite } from '../support/suite.ts';
import {
  bytesOf,
  checksum,
  frame,
  inUdp,
  ipv4,
  ipv6,
  POD,
  REMOTE_POD,
  tunnelled,
  udp,
  udpChecksumOf,
  word,
} from './handmade.ts';
import { N1, N2 } from './handmade.ts';
import { Feed, idsOf, strangersContext } from './support.ts';

const test = suite('rules/unfinished');
const FOU = 'overlay,encap=fou:3544';
const TCP = 6;

const onSender = (profile: string): Feed => new Feed({ ...strangersContext(profile), capturedBeforeOffload: true });
const onWire = (profile: string): Feed => new Feed({ ...strangersContext(profile), capturedBeforeOffload: false });

const pseudoHeader = (length: number, protocol: number): Uint8Array =>
  bytesOf(Ipv6Address.parse(POD).bytes, Ipv6Address.parse(REMOTE_POD).bytes, [
    0,
    0,
    ...word(length),
    0,
    0,
    0,
    protocol,
  ]);

/** A TCP segment with so many bytes of data, before the network card has filled in its checksum or after. */
function segment(dataBytes: number, isFinished: boolean, sequence = 1): Uint8Array {
  const bytes = bytesOf(
    word(40000),
    word(443),
    [0, 0, ...word(sequence), 0, 0, 0, 1, 0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0],
    Uint8Array.from({ length: dataBytes }, (_, index) => index & 0xff),
  );
  const pseudo = pseudoHeader(bytes.length, TCP);
  bytes.set(word(isFinished ? checksum(pseudo, bytes) : 0xffff - checksum(pseudo)), 16);
  return bytes;
}

const inner = (dataBytes: number, isFinished: boolean): Uint8Array =>
  ipv6({ nextHeader: TCP, payload: segment(dataBytes, isFinished) });

/** The outer checksum that the packet has on the wire, over the inner packet as it was captured. */
function offloaded(dataBytes: number, change = 0): Uint8Array {
  const right = udpChecksumOf(udp(inner(dataBytes, true)), N1, N2);
  return frame(ipv4(udp(inner(dataBytes, false), { checksum: right ^ change }), { protocol: 17 }));
}

test('a UDP checksum that is right once the network card has filled in the inner one is right', () => {
  for (const dataBytes of [0, 1, 100, 1301]) {
    const feed = onSender(FOU);
    assert.equal(feed.unknown(offloaded(dataBytes)), [], `${dataBytes} bytes`);
    assert.is(feed.judged('udp.checksum-generated'), 1);
    assert.equal(idsOf(feed.unknown(offloaded(dataBytes, 1))), ['udp.checksum-generated']);
  }
});

test('on the wire the inner checksum is filled in, and the outer one holds over it', () => {
  assert.equal(idsOf(onWire(FOU).unknown(offloaded(100))), ['udp.checksum-generated']);
});

test('a UDP checksum that is the sum of the pseudo-header alone is not judged, and counted', () => {
  const datagram = udp(inner(3000, false));
  const pseudo = bytesOf([10, 0, 0, 1, 10, 0, 0, 2, 0, 17], word(datagram.length));
  const bytes = inUdp({ nextHeader: TCP, payload: segment(3000, false) }, { checksum: 0xffff - checksum(pseudo) });
  const feed = onSender(FOU);
  assert.equal(feed.unknown(bytes), []);
  assert.is(feed.judged('udp.checksum-generated'), 0);
  assert.match([...feed.engine.leftToCard.keys()].join(), /UDP checksum that the network card had yet to finish/);
});

test('the size of a packet that may be several segments asks for no DF', () => {
  const many = (isFinished: boolean): Uint8Array =>
    tunnelled({ nextHeader: TCP, payload: segment(12_000, isFinished) }, { flags: 0 });
  const feed = onSender('overlay');
  assert.equal(feed.unknown(many(false)), []);
  assert.is(feed.judged('mtu.dynamic-df-set'), 0);
  assert.match([...feed.engine.leftToCard.keys()].join(), /several segments/);
  assert.equal(idsOf(feed.unknown(many(true))), ['mtu.dynamic-df-set']);
  assert.equal(idsOf(onWire('overlay').unknown(many(false))), ['mtu.dynamic-df-set']);
  // Cut before the checksum, nobody knows.
  assert.equal(onSender('overlay').unknown(many(true).subarray(0, 80)), []);
  // No network card cuts what is no TCP or UDP.
  const other = tunnelled({ nextHeader: 50, payload: new Uint8Array(1300) }, { flags: 0 });
  assert.equal(idsOf(onSender('overlay').unknown(other)), ['mtu.dynamic-df-set']);
});

test('a header checksum of 0 that is right is judged', () => {
  for (let identification = 0; identification < 0x10000; identification++) {
    const bytes = tunnelled({}, { identification });
    if (bytes[24] !== 0 || bytes[25] !== 0) continue;
    const feed = onSender('overlay');
    assert.equal(feed.unknown(bytes), []);
    assert.is(feed.judged('encap.header-checksum'), 1);
    assert.is(feed.engine.leftToCard.size, 0);
    return;
  }
  assert.unreachable('no Identification gives a header checksum of 0');
});

test('a queue of the sender may have marked congestion before the capture, and not on the wire', () => {
  const marked = tunnelled({ trafficClass: 2 }, { tos: 3 });
  const sent = { number: 1, port: undefined, direction: 'from-dut', timestampNs: 0n, bytes: marked } as const;
  assert.equal(onSender('overlay').engine.judge(sent), []);
  assert.equal(idsOf(onWire('overlay').engine.judge(sent)), ['dscp-ecn.ingress-table']);
  const unmarkable = { ...sent, bytes: tunnelled({ trafficClass: 0 }, { tos: 3 }) };
  assert.equal(idsOf(onSender('overlay').engine.judge(unmarkable)), ['dscp-ecn.ingress-table']);
});

test.run();
