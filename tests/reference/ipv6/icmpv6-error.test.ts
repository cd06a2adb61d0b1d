import { Ipv6Address } from '../../../harness/address/ipv6-address.ts';
import { equalBytes, readUint32 } from '../../../harness/packet/bytes.ts';
import { decode } from '../../../harness/packet/decode.ts';
import { payload } from '../../../harness/packet/layer.ts';
import { icmpv6Error } from '../../../harness/packet/layers/icmpv6.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { build } from '../../../harness/packet/build.ts';
import { assert, suite } from '../../support/suite.ts';
import { startBench } from '../reference-bench.ts';

const test = suite('reference/ipv6/icmpv6-error');

test('an error quotes 1232 bytes of a long packet and all of a short one, with a good checksum', () => {
  const bench = startBench('overlay');
  const { lab } = bench;
  for (const [size, quoted] of [
    [1500, 1232],
    [60, 60],
  ] as const) {
    const packet = build(
      ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 1, nextHeader: 59 }),
      payload(new Uint8Array(size - 40).fill(7)),
    );
    const [seen] = bench.send('P', [{ kind: 'raw', etherType: 0x86dd, finish: () => packet }]);
    if (!seen) throw new Error('expected an error, found nothing');
    const decoded = decode(seen.packet, 'ipv6');
    const icmp = decoded.layers.find((layer) => layer.kind === 'icmpv6');
    assert.is(icmp?.checksum, 'good');
    assert.equal([...seen.packet.subarray(40, 42)], [3, 0]);
    assert.is(readUint32(seen.packet, 44), 0);
    assert.is(seen.packet.length, 48 + quoted);
    assert.ok(equalBytes(seen.packet.subarray(48), packet.subarray(0, quoted)));
    assert.is(Ipv6Address.fromBytes(seen.packet, 8).toString(), lab.overlayAddress.toString());
    assert.is(Ipv6Address.fromBytes(seen.packet, 24).toString(), lab.n1.pod().toString());
  }
});

test('native hosts get errors from the native address, and a link-local source hears that it reaches no further', () => {
  const bench = startBench('6to4');
  const { lab } = bench;
  for (const source of [lab.native.host, lab.native.routedPrefix.at(5)]) {
    const [seen] = bench.send('P', [ipv6({ source, destination: lab.n2.pod(), hopLimit: 1, nextHeader: 59 })]);
    assert.is(
      Ipv6Address.fromBytes(seen?.packet ?? new Uint8Array(40), 8).toString(),
      lab.native.dutAddress.toString(),
    );
  }
  const [seen] = bench.send('P', [ipv6({ source: lab.native.router, destination: lab.n2.pod(), nextHeader: 59 })]);
  assert.equal([...(seen?.packet.subarray(40, 42) ?? [])], [1, 2]);
});

test('errors, groups and packets without a source are not answered', () => {
  const bench = startBench('overlay');
  const { lab } = bench;
  const from = { source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 1 };
  assert.equal(bench.send('P', [ipv6(from), icmpv6Error({ type: 1, code: 0, quoted: new Uint8Array(48) })]), []);
  assert.equal(bench.send('P', [ipv6({ ...from, source: Ipv6Address.parse('::'), nextHeader: 59 })]), []);
  assert.equal(bench.send('P', [ipv6({ ...from, destination: Ipv6Address.parse('ff0e::1'), nextHeader: 59 })]), []);
});

test('of two hundred errors at once some are sent, and some more a second later', () => {
  const bench = startBench('overlay');
  const { lab } = bench;
  const burst = (count: number): number =>
    Array.from({ length: count }, () =>
      bench.send('P', [ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 1, nextHeader: 59 })]),
    ).flat().length;
  assert.is(burst(200), 40);
  bench.clock.advance(1000);
  assert.is(burst(200), 40);
});

test('the limiter does not starve Packet Too Big', () => {
  const bench = startBench('overlay');
  const { lab } = bench;
  const header = ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 9, nextHeader: 59 });
  for (let count = 0; count < 100; count++)
    assert.is(bench.send('P', [header, payload(new Uint8Array(1500))]).length, 1);
});

test.run();
