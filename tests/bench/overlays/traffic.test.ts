import { Probe, type ProbeFormat } from '../../../harness/bench/overlays/probe.ts';
import { flood, roundsOf } from '../../../harness/bench/overlays/traffic.ts';
import { describe } from '../../../harness/packet/index.ts';
import { memoryLink } from '../../../harness/wire/memory.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('bench/overlays/traffic');

const FORMAT: ProbeFormat = {
  inner: 'ipv6',
  source: '2001:db8:a::10',
  destination: '2001:db8:b::10',
  sourceMac: '02:70:00:01:00:00',
  destinationMac: '02:41:00:00:00:01',
  packetBytes: 110,
};
const FORMAT_IPV4: ProbeFormat = { ...FORMAT, inner: 'ipv4', source: '172.16.1.16', destination: '100.64.2.16' };

test('a packet keeps a good checksum whatever its number', () => {
  for (const format of [FORMAT, FORMAT_IPV4]) {
    const probe = new Probe(format);
    for (const number of [0, 1, 0xffff, 0x1_0000, 0xfffe_ffff]) {
      const frame = probe.frame(number);
      assert.is(frame.byteLength, 14 + 110);
      assert.not.match(describe(frame), /bad/, `${format.inner} ${String(number)}`);
      assert.is(probe.numberOf(frame), number);
    }
  }
});

test('a packet of another size, without the mark or with a damaged number is none', () => {
  const probe = new Probe(FORMAT);
  assert.is(probe.numberOf(probe.frame(7).subarray(1)), undefined);
  assert.is(probe.numberOf(new Uint8Array(124)), undefined);
  const damaged = probe.frame(7);
  const place = 14 + 40 + 8 + 5;
  damaged[place] = (damaged[place] ?? 0) ^ 1;
  assert.is(probe.numberOf(damaged), undefined);
});

/** A node between two links that forwards the frames that `passes` lets through, and how many were waiting in it at most. */
const node = (passes: (count: number) => boolean) => {
  const [first, second] = [memoryLink({ port: 'P' }), memoryLink({ port: 'U' })];
  const waiting: Uint8Array[] = [];
  const state = { received: 0, most: 0 };
  first.node.onFrame((frame) => {
    state.received += 1;
    if (passes(state.received)) waiting.push(frame);
    state.most = Math.max(state.most, waiting.length);
    if (waiting.length === 1)
      setImmediate(() => {
        for (const each of waiting.splice(0)) second.node.send(each);
      });
  });
  return { way: { from: first.tester, to: second.tester }, state };
};

test('a flood never has more packets on their way than its window', async () => {
  const { way, state } = node(() => true);
  const { sent, received } = await flood(way, new Probe(FORMAT), 500, 16);
  assert.equal([sent, received], [500, 500]);
  assert.ok(state.most > 8 && state.most <= 16, String(state.most));
});

test('a flood ends when packets are lost, and says how many came out', async () => {
  const { way } = node((count) => count % 100 !== 0);
  const { sent, received } = await flood(way, new Probe(FORMAT), 300, 16);
  assert.equal([sent, received], [300, 297]);
});

test('packets one after the other are timed, and what is lost is left out', async () => {
  const { way, state } = node((count) => count !== 2);
  const probe = new Probe(FORMAT);
  const times = await roundsOf(way, [probe, probe, probe]);
  assert.is(times.length, 2);
  assert.is(state.most, 1);
});

test.run();
