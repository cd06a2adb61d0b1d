import { assert, suite } from '../support/suite.ts';
import { bytesOf, frame, icmpv6, inUdp, ipv4, ipv6, tunnelled, udp, udpChecksumOf, word, N1, N2 } from './handmade.ts';
import { contextOf, Feed, idsOf, strangersContext } from './support.ts';

const test = suite('rules/tolerance');
const FOU = 'overlay,encap=fou:3544';

test('what routers may change on the way is only held against a frame seen at the node', () => {
  const marked = tunnelled({ trafficClass: 0xba }, { tos: 3 });
  assert.equal(new Feed(strangersContext('overlay')).unknown(marked), []);
  assert.equal(idsOf(new Feed(contextOf('overlay')).out(marked)), [
    'dscp-ecn.ingress-table',
    'dscp-ecn.traffic-class-copy',
  ]);
  const fewerHops = tunnelled({}, { ttl: 3 });
  assert.equal(new Feed(strangersContext('overlay')).unknown(fewerHops), []);
  assert.equal(new Feed(contextOf('overlay')).unknown(fewerHops), []);
});

test('a congestion mark that cannot come from the way is found anywhere', () => {
  const feed = new Feed(strangersContext('overlay'));
  assert.equal(idsOf(feed.unknown(tunnelled({}, { tos: 3 }))), ['dscp-ecn.ingress-table']);
  assert.equal(idsOf(feed.unknown(tunnelled({ trafficClass: 2 }, { tos: 0 }))), ['dscp-ecn.ingress-table']);
});

test('checksums that a network card fills in are only missed at the node', () => {
  const noChecksum = tunnelled({}, { checksum: 0 });
  assert.equal(new Feed(strangersContext('overlay')).unknown(noChecksum), []);
  assert.equal(new Feed({ ...contextOf('overlay'), capturedBeforeOffload: true }).out(noChecksum), []);
  assert.equal(idsOf(new Feed({ ...strangersContext('overlay'), capturedBeforeOffload: false }).unknown(noChecksum)), [
    'encap.header-checksum',
  ]);
  const length = udp(ipv6()).length;
  // The pseudo-header alone, not complemented.
  const partial = 0xffff - udpChecksumOf(bytesOf(), N1, N2) + length;
  const unfinished = inUdp({}, { checksum: partial });
  assert.equal(new Feed(strangersContext(FOU)).unknown(unfinished), []);
  assert.equal(idsOf(new Feed(contextOf(FOU)).out(unfinished)), ['udp.checksum-generated']);
  assert.equal(idsOf(new Feed(strangersContext(FOU)).unknown(inUdp({}, { checksum: partial ^ 1 }))), [
    'udp.checksum-generated',
  ]);
});

test('fragments lost before the place of capture are not missed', () => {
  const packet = ipv6({ payload: new Uint8Array(1300) });
  const feed = new Feed(strangersContext('overlay,mtu=static:1280'));
  feed.unknown(frame(ipv4(packet.subarray(0, 800), { identification: 9, flags: 0x2000 })));
  feed.unknown(tunnelled({}, { flags: 0, identification: 10 }));
  assert.equal(feed.engine.finish(), []);
  assert.is(feed.judged('fragment.encap-train'), 1);
});

test('a tunnel packet cut short by the snap length is not judged by its lengths', () => {
  const whole = tunnelled({ payload: new Uint8Array(600) });
  for (let length = 54; length < 680; length += 13) {
    assert.equal(new Feed(contextOf('overlay')).out(whole.subarray(0, length)), [], `${length} bytes`);
  }
});

test('an advertisement of 2002::/16 is wrong on the underlay and right on the pod port', () => {
  const prefix = [3, 4, 64, 0xc0, ...new Uint8Array(12), 0x20, 0x02, ...new Uint8Array(14)];
  const advertisement = frame(
    icmpv6([134, 0, 0, 0, 64, 0, ...word(30), ...new Uint8Array(8), ...prefix], {
      source: 'fe80::1',
      destination: 'ff02::1',
      hopLimit: 255,
    }),
  );
  const feed = new Feed(contextOf('6to4'));
  assert.equal(feed.out(advertisement, 'P'), []);
  assert.equal(idsOf(feed.out(advertisement, 'U')), ['config.no-6to4-advertisement']);
});

test('other tunnels and services on the same host are not judged as the overlay', () => {
  const feed = new Feed(strangersContext(FOU));
  const foreign = { source: '2001:db8:1::1', destination: '2001:db8:2::1' };
  assert.equal(feed.unknown(tunnelled(foreign, { source: '192.0.2.1', destination: '192.0.2.2', ttl: 3 })), []);
  const teredoBubble = udp(bytesOf(0, 1, 0, 0, new Uint8Array(9), ipv6(foreign)));
  assert.equal(feed.unknown(frame(ipv4(teredoBubble, { protocol: 17, source: '192.0.2.1' }))), []);
});

test.run();
