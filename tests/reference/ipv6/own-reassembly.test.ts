import { build } from '../../../harness/packet/build.ts';
import { payload } from '../../../harness/packet/layer.ts';
import { icmpv6EchoRequest } from '../../../harness/packet/layers/icmpv6.ts';
import { ipv4 } from '../../../harness/packet/layers/ipv4.ts';
import { fragmentHeader } from '../../../harness/packet/layers/ipv6-extension.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { assert, suite } from '../../support/suite.ts';
import type { Bench, Seen } from '../reference-bench.ts';
import { startBench } from '../reference-bench.ts';

const test = suite('reference/ipv6/own-reassembly');

/** Sends bytes [from, to) of an echo request to the node as a fragment. */
const send = (bench: Bench, identification: number, from: number, to: number, moreFragments: boolean): Seen[] => {
  const { lab } = bench;
  const header = ipv6({ source: lab.n2.pod(), destination: lab.overlayAddress, hopLimit: 64 });
  const message = build(header, icmpv6EchoRequest({ identifier: 1, sequence: 2, data: new Uint8Array(104) })).subarray(
    40,
  );
  return bench.send('U', [
    ipv4({ source: lab.n2.ipv4, destination: lab.n1.ipv4 }),
    header,
    fragmentHeader({ identification, fragmentOffset: from / 8, moreFragments, nextHeader: 58 }),
    payload(message.subarray(from, to)),
  ]);
};

/** ICMPv6 type, code and second word of a packet in the tunnel. */
const icmpOf = ([seen]: readonly Seen[]): readonly number[] => {
  const bytes = seen?.packet ?? new Uint8Array(0);
  return [bytes[60] ?? -1, bytes[61] ?? -1, bytes[67] ?? -1];
};

test('an echo request in two pieces is answered once, in any order', () => {
  const bench = startBench('overlay');
  assert.equal(send(bench, 1, 56, 112, false), []);
  const reply = send(bench, 1, 0, 56, true);
  assert.is(reply.length, 1);
  assert.equal([...(reply[0]?.packet.subarray(60, 62) ?? [])], [129, 0]);
  assert.is(reply[0]?.packet.length, 20 + 40 + 112);
});

test('an atomic fragment is answered at once and leaves the queue alone', () => {
  const bench = startBench('overlay');
  send(bench, 1, 0, 56, true);
  assert.is(send(bench, 1, 0, 112, false).length, 1);
  assert.is(send(bench, 1, 56, 112, false).length, 1);
});

test('an overlap ends the packet silently', () => {
  const bench = startBench('overlay');
  send(bench, 1, 0, 64, true);
  assert.equal(send(bench, 1, 56, 112, false), []);
  assert.equal(send(bench, 1, 64, 112, false), []);
});

test('a bad length, a cut header chain and a missing piece are reported', () => {
  const bench = startBench('overlay');
  assert.equal(icmpOf(send(bench, 1, 0, 60, true)), [4, 0, 4]);
  assert.equal(icmpOf(send(bench, 2, 0, 0, true)), [4, 3, 0]);
  send(bench, 3, 0, 56, true);
  bench.clock.advance(59_000);
  assert.equal(bench.take(), []);
  bench.clock.advance(2000);
  assert.equal(icmpOf(bench.take()), [3, 1, 0]);
});

test.run();
