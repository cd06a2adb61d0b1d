import { build } from '../../../harness/packet/build.ts';
import { equalBytes } from '../../../harness/packet/bytes.ts';
import { fragmentIpv4 } from '../../../harness/packet/fragment.ts';
import { payload } from '../../../harness/packet/layer.ts';
import { ipv4 } from '../../../harness/packet/layers/ipv4.ts';
import { reassembly } from '../../../harness/reference/ipv4/reassembly-behaviour.ts';
import { Reassembly } from '../../../harness/reference/ipv4/reassembly.ts';
import { VirtualClock } from '../../../harness/wire/virtual-clock.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('reference/ipv4/reassembly');

const datagram = (identification: number, tos = 0): Uint8Array =>
  build(
    ipv4({ source: '10.0.0.2', destination: '10.0.0.1', protocol: 41, identification, tos }),
    payload(Uint8Array.from({ length: 1400 }, (_, index) => index)),
  );

const LIMITS = { askedBytes: undefined, interfaceMtuBytes: 1500 };

const start = (askedBytes?: number): { queue: Reassembly; clock: VirtualClock; timedOut: Uint8Array[] } => {
  const clock = new VirtualClock();
  const timedOut: Uint8Array[] = [];
  const schedule = { nowMs: () => 0, schedule: (ms: number, action: () => void) => clock.setTimer(ms, action) };
  return {
    queue: new Reassembly(reassembly, { ...LIMITS, askedBytes }, schedule, (fragment) => timedOut.push(fragment)),
    clock,
    timedOut,
  };
};

const payloadOf = (packet: Uint8Array | undefined): Uint8Array => packet?.subarray(20) ?? new Uint8Array(0);

for (const [title, lengths, order] of [
  ['two pieces', [800], [0, 1]],
  ['three pieces in reverse', [480, 480], [2, 1, 0]],
  ['a first piece of eight bytes', [8], [0, 1]],
  ['duplicates', [480, 480], [0, 0, 1, 1, 2]],
] as const) {
  test(`puts ${title} together once`, () => {
    const { queue } = start();
    const pieces = fragmentIpv4(datagram(7), lengths);
    const whole = order.flatMap((index) => {
      const piece = pieces[index];
      const result = piece && queue.add(piece);
      return result ? [result] : [];
    });
    assert.is(whole.length, 1);
    assert.ok(equalBytes(payloadOf(whole[0]), datagram(7).subarray(20)));
  });
}

test('pieces of different datagrams are never combined', () => {
  const { queue } = start();
  const [first] = fragmentIpv4(datagram(1), [800]);
  const [, second] = fragmentIpv4(datagram(2), [800]);
  assert.is(first && queue.add(first), undefined);
  assert.is(second && queue.add(second), undefined);
});

test('an overlap with other bytes ends the datagram', () => {
  const { queue } = start();
  const [first, second] = fragmentIpv4(datagram(1), [800]);
  if (!first || !second) throw new Error('expected two fragments');
  const forged = first.slice();
  forged.fill(0xee, 40, 60);
  assert.is(queue.add(first), undefined);
  assert.is(queue.add(forged), undefined);
  assert.is(queue.add(second), undefined);
});

test('an incomplete datagram is reported after 60 to 120 seconds, if its first fragment came', () => {
  const { queue, clock, timedOut } = start();
  const [first] = fragmentIpv4(datagram(1), [800]);
  const [, second] = fragmentIpv4(datagram(2), [800]);
  if (!first || !second) throw new Error('expected two fragments');
  queue.add(first);
  queue.add(second);
  clock.advance(60_000);
  assert.is(timedOut.length, 0);
  clock.advance(60_000);
  assert.is(timedOut.length, 1);
  assert.ok(equalBytes(timedOut[0] ?? new Uint8Array(0), first));
});

test('congestion is kept, and a datagram that cannot carry it is dropped (RFC 3168 section 5.3)', () => {
  assert.is(reassembly.mergedEcn([2, 3, 2]), 3);
  assert.is(reassembly.mergedEcn([0, 3, 2]), undefined);
  assert.is(reassembly.mergedEcn([2, 2, 2]), 2);
  assert.is(reassembly.mergedEcn([0, 0]), 0);
});

test('a datagram of more than 65535 bytes is never built', () => {
  const { queue } = start();
  const piece = build(
    ipv4({ source: '10.0.0.2', destination: '10.0.0.1', protocol: 41, identification: 9, fragmentOffset: 8189 }),
    payload(new Uint8Array(100)),
  );
  assert.is(queue.add(piece), undefined);
});

test('fragments that disagree about the end of their datagram end it', () => {
  for (const wrong of [
    { offset: 100, more: true },
    { offset: 96, more: false },
    { offset: 102, more: false },
  ]) {
    const { queue } = start();
    const [first, last] = fragmentIpv4(datagram(3), [800]);
    if (!first || !last) throw new Error('expected two fragments');
    const fields = { source: '10.0.0.2', destination: '10.0.0.1', protocol: 41, identification: 3 } as const;
    const stray = build(
      ipv4({ ...fields, fragmentOffset: wrong.offset + 75, moreFragments: wrong.more }),
      payload(new Uint8Array(8)),
    );
    queue.add(last);
    queue.add(stray);
    assert.is(queue.add(first), undefined, JSON.stringify(wrong));
  }
});

test('no limit that is asked for keeps 1500 bytes from being put together', () => {
  for (const askedBytes of [0, 512, 1499]) {
    const { queue } = start(askedBytes);
    const [first, last] = fragmentIpv4(datagram(4), [800]);
    if (!first || !last) throw new Error('expected two fragments');
    queue.add(first);
    assert.is(queue.add(last)?.length, 1420);
  }
});

test.run();
