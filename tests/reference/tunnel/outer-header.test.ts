import { toHex } from '../../../harness/packet/bytes.ts';
import { payload } from '../../../harness/packet/layer.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { assert, suite } from '../../support/suite.ts';
import type { Bench } from '../reference-bench.ts';
import { startBench } from '../reference-bench.ts';

const test = suite('reference/tunnel/outer-header');

const send = (bench: Bench, trafficClass: number, hopLimit = 64): Uint8Array => {
  const { lab } = bench;
  const header = ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit, trafficClass, nextHeader: 59 });
  const [seen, ...more] = bench.send('P', [header, payload(Uint8Array.of(0xab))]);
  assert.is(more.length, 0);
  if (!seen) throw new Error('expected a packet on the underlay, found none');
  return seen.packet;
};

test('every byte of the header is as computed by hand', () => {
  const packet = send(startBench('overlay'), 0xb9);
  // Version 4, IHL 5, TOS = Traffic Class, length 20 + 40 + 1, DF, TTL 64, protocol 41, 10.0.0.1 > 10.0.0.2.
  const identification = toHex(packet.subarray(4, 6));
  const checksum = toHex(packet.subarray(10, 12));
  assert.is(toHex(packet.subarray(0, 20)), `45b9003d${identification}40004029${checksum}0a0000010a000002`);
  const words = [0x45b9, 0x003d, Number.parseInt(identification, 16), 0x4000, 0x4029, 0x0a00, 0x0001, 0x0a00, 0x0002];
  const sum = words.reduce((total, word) => total + word, 0);
  const folded = (sum & 0xffff) + (sum >>> 16);
  assert.is(Number.parseInt(checksum, 16), ~((folded & 0xffff) + (folded >>> 16)) & 0xffff);
  assert.is(packet[27], 63);
  assert.is(packet.length, 61);
});

test('the TOS octet is zero, copied or fixed, with the ECN field of the inner packet', () => {
  const tos = (text: string): number | undefined => send(startBench(text), 0xba)[1];
  assert.is(tos('6in4'), 0x02);
  assert.is(tos('6rd'), 0xba);
  assert.is(tos('6rd,tos=fixed:0x28'), 0x2a);
});

test('the TTL is fixed, or the hop limit that the inner packet leaves with', () => {
  assert.is(send(startBench('6in4'), 0, 9)[8], 64);
  assert.is(send(startBench('6in4,ttl=inherit'), 0, 9)[8], 8);
});

test('identifications of DF=0 packets do not repeat', () => {
  const bench = startBench('6to4');
  const seen = new Set<string>();
  for (let count = 0; count < 3000; count++) seen.add(toHex(send(bench, 0).subarray(4, 6)));
  assert.is(seen.size, 3000);
});

test('FOU puts eight bytes of UDP between the headers, and no checksum by default', () => {
  const packet = send(startBench('6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544'), 0);
  assert.is(packet[9], 17);
  assert.is(packet.length, 69);
  assert.is(toHex(packet.subarray(22, 28)), '0dd800310000');
  assert.is(((packet[20] ?? 0) & 0xc0) >>> 0, 0xc0);
  assert.is(packet[28], 0x60);
});

test.run();
