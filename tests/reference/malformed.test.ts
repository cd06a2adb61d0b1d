import { seededRandom } from '../../harness/random.ts';
import { build } from '../../harness/packet/build.ts';
import { payload } from '../../harness/packet/layer.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { assert, suite } from '../support/suite.ts';
import type { Bench } from './reference-bench.ts';
import { MACS, startBench } from './reference-bench.ts';

const test = suite('reference/malformed');

const podFrame = ({ lab }: Bench): Uint8Array =>
  build(
    ethernet({ source: '02:00:00:00:99:01', destination: MACS.P }),
    ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 64, nextHeader: 59 }),
    payload(new Uint8Array(40)),
  );

const tunnelFrame = ({ lab }: Bench): Uint8Array =>
  build(
    ethernet({ source: '02:00:00:00:99:01', destination: MACS.U }),
    ipv4({ source: lab.n2.ipv4, destination: lab.n1.ipv4 }),
    ipv6({ source: lab.n2.pod(), destination: lab.n1.pod(), hopLimit: 64, nextHeader: 59 }),
    payload(new Uint8Array(40)),
  );

for (const text of [
  'overlay',
  '6to4',
  '6in4,icmp4Translate=linux',
  '6rd:fd5a:1234:5600::/40+10.0.0.0/8,hopByHop=process',
]) {
  test(`mutated, cut and random frames neither stop nor change forwarding: ${text}`, () => {
    const bench = startBench(text);
    const random = seededRandom('malformed');
    const frames = [podFrame(bench), tunnelFrame(bench)] as const;
    for (let round = 0; round < 4000; round++) {
      const port = round % 2 === 0 ? 'P' : 'U';
      const mutated = frames[round % 2 === 0 ? 0 : 1].slice(0, 14 + random.int(101));
      for (let changes = 1 + random.int(4); changes > 0; changes--) mutated[12 + random.int(59)] = random.int(256);
      bench.sendFrame(port, mutated);
      if (round % 50 !== 0) continue;
      const out = bench.sendFrame('P', frames[0]);
      const back = bench.sendFrame('U', frames[1]);
      assert.equal([out.map((one) => one.port), back.map((one) => one.port)], [['U'], ['P']]);
      assert.is(out[0]?.packet.length, 100);
      assert.is(back[0]?.packet.length, 80);
    }
  });
}

test.run();
