import { startBench } from './reference-bench.ts';
import { assert, suite } from '../support/suite.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import { icmpv6EchoRequest } from '../../harness/packet/layers/icmpv6.ts';
import { payload } from '../../harness/packet/layer.ts';

const test = suite('reference/smoke');
for (const text of ['overlay', '6rd', '6to4', '6in4', '6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544']) {
  test(`carries packets both ways: ${text}`, () => {
    const bench = startBench(text);
    const { lab } = bench;
    const out = bench.send('P', [
      ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 64 }),
      udp({ sourcePort: 1, destinationPort: 2 }),
      payload(new Uint8Array(10)),
    ]);
    const carrier = text.includes('fou') ? [udp({ sourcePort: 50000, destinationPort: 3544 })] : [];
    const back = bench.send('U', [
      ipv4({ source: lab.n2.ipv4, destination: lab.n1.ipv4 }),
      ...carrier,
      ipv6({ source: lab.n2.pod(), destination: lab.n1.pod(), hopLimit: 64 }),
      udp({ sourcePort: 1, destinationPort: 2 }),
      payload(new Uint8Array(10)),
    ]);
    const echo = bench.send('U', [
      ipv4({ source: lab.n2.ipv4, destination: lab.n1.ipv4 }),
      ...carrier,
      ipv6({ source: lab.n2.pod(), destination: lab.overlayAddress, hopLimit: 1 }),
      icmpv6EchoRequest({ identifier: 1, sequence: 2, data: new Uint8Array(8) }),
    ]);
    assert.is(out.length, 1);
    assert.is(back.length, 1);
    assert.is(echo.length, 1);
  });
}
test.run();
