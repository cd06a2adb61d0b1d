import { build } from '../../harness/packet/build.ts';
import { concat } from '../../harness/packet/bytes.ts';
import { payload } from '../../harness/packet/layer.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { icmpv4Error } from '../../harness/packet/layers/icmpv4.ts';
import { icmpv6Error } from '../../harness/packet/layers/icmpv6.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import { flowLabelOf, Marks } from '../../harness/tester/marks.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('tester/marks');

const POD = 'fd5a:1234:5600:1::10';
const PEER = 'fd5a:1234:5600:2::10';
const NODE = 'fd5a:1234:5600:1::1';

const marks = (): Marks<string> => new Marks<string>(0xbeef, 0xffff0);
/** An inner packet without a tag: only its flow label marks it. */
const bare = (mark: number, source = POD, destination = PEER): Uint8Array =>
  build(ipv6({ source, destination, flowLabel: flowLabelOf(mark) }), udp(), payload(new Uint8Array(4)));
const inFrame = (inner: Uint8Array): Uint8Array => concat(build(ethernet({ etherType: 0x86dd })), inner);
const inTunnel = (inner: Uint8Array): Uint8Array => build(ethernet(), ipv4({ protocol: 41 }), payload(inner));

test('a mark is never 0 as a flow label, and does not repeat', () => {
  const registry = marks();
  const labels = Array.from({ length: 64 }, () => flowLabelOf(registry.next()));
  assert.is(new Set(labels).size, 64);
  assert.not.ok(labels.includes(0));
});

test('a packet is recognised by its flow label on either side, and where an error quotes it', () => {
  const registry = marks();
  const mark = registry.next();
  const inner = bare(mark);
  registry.claim(mark, 'mine', inner);
  assert.is(registry.ownerOf(inFrame(inner)), 'mine');
  assert.is(registry.ownerOf(inTunnel(inner)), 'mine');
  const error = build(ethernet(), ipv6({ source: NODE, destination: POD }), icmpv6Error({ type: 1, quoted: inner }));
  assert.is(registry.ownerOf(error), 'mine');
  const outer = build(ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 41 }), payload(inner));
  const short = build(
    ethernet(),
    ipv4(),
    icmpv4Error({ type: 3, code: 4, nextHopMtu: 1400, quoted: outer.subarray(0, 28) }),
  );
  assert.is(registry.ownerOf(short), 'mine');
});

test('a tag that nobody has claimed keeps its flow label from being taken for an older one', () => {
  const registry = marks();
  const old = registry.next();
  registry.claim(old, 'older', bare(old));
  const mark = old + 0x100000;
  const inner = build(
    ipv6({ source: POD, destination: PEER, flowLabel: flowLabelOf(mark) }),
    udp(),
    payload(registry.tag(mark)),
  );
  assert.is(registry.ownerOf(inFrame(inner)), undefined);
});

test('a flow label that a node drew itself is not taken for a mark', () => {
  const registry = marks();
  const mark = registry.next();
  registry.claim(mark, 'mine', bare(mark));
  assert.is(registry.ownerOf(inFrame(bare(mark, NODE, POD))), undefined);
  assert.is(registry.ownerOf(inTunnel(bare(mark, NODE, PEER))), undefined);
});

test('a tag counts whatever became of the header, a tag of another run does not', () => {
  const registry = marks();
  const mark = registry.next();
  const inner = build(ipv6({ source: POD, destination: PEER }), udp(), payload(registry.tag(mark)));
  registry.claim(mark, 'mine', inner);
  const changed = build(ipv6({ source: NODE, destination: POD, flowLabel: 9 }), udp(), payload(registry.tag(mark)));
  assert.is(registry.ownerOf(inFrame(changed)), 'mine');
  const other = new Marks<string>(0xdead, 0);
  const foreign = build(ipv6({ source: NODE, destination: POD }), udp(), payload(other.tag(mark)));
  assert.is(registry.ownerOf(inFrame(foreign)), undefined);
});

test('frames cut short anywhere are looked at without an error', () => {
  const registry = marks();
  const mark = registry.next();
  const inner = bare(mark);
  registry.claim(mark, 'mine', inner);
  for (const frame of [inFrame(inner), inTunnel(inner)])
    for (let length = 0; length <= frame.length; length += 1) registry.ownerOf(frame.subarray(0, length));
  assert.is(registry.ownerOf(inFrame(inner).subarray(0, 40)), 'mine');
});

test('payload that looks like the beginning of a header is not taken for one', () => {
  const registry = marks();
  const [claimed, other] = [registry.next(), registry.next()];
  registry.claim(claimed, 'mine', bare(claimed));
  // Version 6 and the flow label of the claimed packet, and then the packet ends.
  const lookalike = Uint8Array.of(0x60, (claimed >> 16) & 0x0f, (claimed >> 8) & 0xff, claimed & 0xff);
  const packet = build(ipv6({ source: POD, destination: PEER, flowLabel: other }), udp(), payload(lookalike));
  assert.is(registry.ownerOf(inFrame(packet)), undefined);
  const inIpv6 = build(ipv6({ source: POD, destination: PEER, flowLabel: other, nextHeader: 41 }), payload(lookalike));
  assert.is(registry.ownerOf(inFrame(inIpv6)), undefined);
});

test('a Redirect belongs to the packet whose header it quotes, however little of it that is', () => {
  const registry = marks();
  const mark = registry.next();
  registry.claim(mark, 'mine', bare(mark));
  const message = new Uint8Array(40 + 8 + 8 + 40);
  message[0] = 137;
  message.set([2, 1], 40);
  message.set([4, 6], 48);
  message.set(bare(mark).subarray(0, 40), 56);
  const redirect = build(ipv6({ source: NODE, destination: POD, nextHeader: 58 }), payload(message));
  assert.is(registry.ownerOf(inFrame(redirect)), 'mine');
  // An option of length 0 ends the search, as it would never end by itself.
  message[41] = 0;
  const broken = build(ipv6({ source: NODE, destination: POD, nextHeader: 58 }), payload(message));
  assert.is(registry.ownerOf(inFrame(broken)), undefined);
});

test('a claim is known by its mark also after its bytes are gone', () => {
  const registry = marks();
  const mark = registry.next();
  registry.claim(mark, 'heavy', bare(mark));
  registry.lighten(mark, () => 'light');
  registry.lighten(registry.next(), () => 'never claimed');
  assert.is(registry.ownerOf(inFrame(bare(mark))), 'light');
});

test.run();
