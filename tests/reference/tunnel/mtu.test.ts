import { readUint16, readUint32 } from '../../../harness/packet/bytes.ts';
import { payload } from '../../../harness/packet/layer.ts';
import { icmpv4Error } from '../../../harness/packet/layers/icmpv4.ts';
import { ipv4 } from '../../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { build } from '../../../harness/packet/build.ts';
import type { LabNode } from '../../../harness/lab/index.ts';
import { assert, suite } from '../../support/suite.ts';
import type { Bench } from '../reference-bench.ts';
import { startBench } from '../reference-bench.ts';

const test = suite('reference/tunnel/mtu');

/** `sent 1400 DF`, `sent 1284+36`, `PTB 1380`. */
const outcome = (bench: Bench, sizeBytes: number, to: LabNode = bench.lab.n2): string => {
  const { lab } = bench;
  const header = ipv6({ source: lab.n1.pod(), destination: to.pod(), hopLimit: 64, nextHeader: 59 });
  const seen = bench.send('P', [header, payload(new Uint8Array(sizeBytes - 40))]);
  const [first] = seen;
  if (!first) return 'nothing';
  if (first.port === 'P') return `PTB ${String(readUint32(first.packet, 44))} in ${String(first.packet.length)}`;
  const dontFragment = (readUint16(first.packet, 6) & 0x4000) !== 0;
  return `sent ${seen.map((one) => one.packet.length).join('+')}${dontFragment ? ' DF' : ''}`;
};

const learn = (bench: Bench, mtuBytes: number, source = bench.lab.n1.ipv4): void => {
  const { lab } = bench;
  const quoted = build(
    ipv4({ source, destination: lab.n2.ipv4, protocol: 41, totalLength: 1500 }),
    payload(new Uint8Array(8)),
  );
  const error = icmpv4Error({ type: 3, code: 4, nextHopMtu: mtuBytes, quoted });
  assert.equal(bench.send('U', [ipv4({ source: lab.underlay.gatewayA, destination: lab.n1.ipv4 }), error]), []);
};

test('the boundary follows from the underlay MTU and the framing', () => {
  const fou = '6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544';
  for (const [text, underlayMtuBytes, limit, overhead] of [
    ['6in4', 1500, 1480, 20],
    ['overlay', 1400, 1380, 20],
    [fou, 1500, 1472, 28],
    [fou, 1400, 1372, 28],
  ] as const) {
    const bench = startBench(text, { underlayMtuBytes });
    assert.is(outcome(bench, limit), `sent ${String(limit + overhead)} DF`);
    assert.is(outcome(bench, limit + 1), `PTB ${String(limit)} in 1280`);
  }
});

test('below 1280 the tunnel fragments what IPv6 must be able to send: 1300 over 1290 is 1284 and 36', () => {
  const bench = startBench('overlay', { underlayMtuBytes: 1290 });
  assert.is(outcome(bench, 1270), 'sent 1290');
  assert.is(outcome(bench, 1271), 'sent 1284+27');
  assert.is(outcome(bench, 1280), 'sent 1284+36');
  assert.is(outcome(bench, 1281), 'PTB 1280 in 1280');
});

test('a static MTU keeps DF clear and hears no ICMP', () => {
  const bench = startBench('overlay,mtu=static:1280'.replace('overlay', '6rd:fd5a:1234:5600::/40+10.0.0.0/8'));
  learn(bench, 600);
  assert.is(outcome(bench, 1280), 'sent 1300');
  assert.is(outcome(bench, 1281), 'PTB 1280 in 1280');
});

test('a learned path MTU is of one destination, never rises, and ends after ten minutes', () => {
  const bench = startBench('overlay');
  learn(bench, 1400);
  assert.is(outcome(bench, 1381), 'PTB 1380 in 1280');
  assert.is(outcome(bench, 1480, bench.lab.n3), 'sent 1500 DF');
  learn(bench, 9000);
  assert.is(outcome(bench, 1381), 'PTB 1380 in 1280');
  bench.clock.advance(5 * 60_000);
  assert.is(outcome(bench, 1381), 'PTB 1380 in 1280');
  bench.clock.advance(6 * 60_000);
  assert.is(outcome(bench, 1480), 'sent 1500 DF');
});

test('MTU zero is estimated by the next plateau, and tiny values end in the floor', () => {
  const bench = startBench('overlay');
  learn(bench, 0);
  assert.is(outcome(bench, 1473), 'PTB 1472 in 1280');
  learn(bench, 40);
  assert.is(outcome(bench, 1281), 'PTB 1280 in 1280');
  assert.is(outcome(bench, 1280), 'sent 572+572+196');
});

test("a quote of somebody else's packet teaches nothing", () => {
  const bench = startBench('overlay');
  learn(bench, 1400, bench.lab.n3.ipv4);
  assert.is(outcome(bench, 1480), 'sent 1500 DF');
});

test.run();
