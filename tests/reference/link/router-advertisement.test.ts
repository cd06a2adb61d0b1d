import { Ipv6Address } from '../../../harness/address/ipv6-address.ts';
import { decode, findLayer } from '../../../harness/packet/decode.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { routerSolicitation } from '../../../harness/packet/layers/ndp.ts';
import { readNdpOptions } from '../../../harness/packet/ndp-options.ts';
import { assert, suite } from '../../support/suite.ts';
import { startBench } from '../reference-bench.ts';

const test = suite('reference/link/router-advertisement');

const solicitation = (hopLimit: number): readonly [ReturnType<typeof ipv6>, ReturnType<typeof routerSolicitation>] => [
  ipv6({ source: Ipv6Address.parse('::'), destination: Ipv6Address.parse('ff02::2'), hopLimit }),
  routerSolicitation(),
];

test('a solicitation is answered with the prefix of the pods and an MTU that fits the tunnel', () => {
  for (const [profile, mtu] of [
    ['overlay', 1480],
    ['6to4', 1280],
    ['overlay,encap=fou:3544', 1472],
  ] as const) {
    const bench = startBench(profile);
    const [seen] = bench.send('P', solicitation(255));
    const packet = decode(seen?.packet ?? new Uint8Array(0), 'ipv6');
    const message = findLayer(packet, 'icmpv6');
    assert.is(message?.header.type, 134);
    assert.is(message?.checksum, 'good');
    assert.is(findLayer(packet, 'ipv6')?.header.hopLimit, 255);
    const body = message?.header.body ?? new Uint8Array(0);
    const { options, problem } = readNdpOptions(body, 8, body.length);
    assert.is(problem, undefined);
    assert.is(options.find(({ mtu: value }) => value !== undefined)?.mtu, mtu);
    const prefix = options.find(({ prefixInformation }) => prefixInformation !== undefined)?.prefixInformation?.prefix;
    assert.is(prefix !== undefined && bench.lab.n1.nodePrefix.contains(prefix), true);
  }
});

test('a solicitation that has been forwarded is not answered', () => {
  assert.equal(startBench('overlay').send('P', solicitation(64)), []);
});

test.run();
