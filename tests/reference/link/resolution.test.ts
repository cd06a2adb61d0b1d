import { Ipv6Address } from '../../../harness/address/ipv6-address.ts';
import { toHex } from '../../../harness/packet/bytes.ts';
import { ARP_OPERATION } from '../../../harness/packet/arp.ts';
import { arp } from '../../../harness/packet/layers/arp.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { neighborSolicitation } from '../../../harness/packet/layers/ndp.ts';
import { sourceLinkLayerAddressOption } from '../../../harness/packet/ndp-options.ts';
import { MacAddress } from '../../../harness/packet/mac-address.ts';
import { assert, suite } from '../../support/suite.ts';
import type { Bench } from '../reference-bench.ts';
import { startBench } from '../reference-bench.ts';

const test = suite('reference/link/resolution');
const MAC = MacAddress.parse('02:00:00:00:99:01');

/** What the node answers to an ARP request, resolution traffic included. */
const ask = (bench: Bench, port: 'U' | 'U2', target: string): string[] => {
  const seen: string[] = [];
  const request = arp({
    operation: ARP_OPERATION.REQUEST,
    senderHardwareAddress: MAC,
    senderProtocolAddress: bench.lab.n2.ipv4,
    targetProtocolAddress: target,
  });
  bench.watch((one) => {
    seen.push(`${one.port} ${toHex(one.packet, 6, 18)}`);
  });
  bench.send(port, [request]);
  return seen;
};

test('ARP is answered for the addresses of the port it came in on, and no others', () => {
  const bench = startBench('overlay');
  assert.equal(ask(bench, 'U', '10.0.0.1'), ['U 0002024100000002' + '0a000001']);
  assert.is(ask(bench, 'U', '10.0.0.4').length, 1);
  assert.is(ask(bench, 'U', '10.0.0.3').length, 0);
  assert.is(ask(bench, 'U2', '10.0.0.1').length, 0);
});

const solicit = (bench: Bench, target: Ipv6Address, hopLimit = 255, destination = target): number =>
  bench.send('P', [
    ipv6({ source: bench.lab.n1.pod(), destination, hopLimit }),
    neighborSolicitation({ target, options: [sourceLinkLayerAddressOption(MAC)] }),
  ]).length;

test('neighbour solicitations are answered for the own addresses with hop limit 255', () => {
  const bench = startBench('overlay');
  const { lab } = bench;
  for (const own of [lab.podGateway, lab.overlayAddress, lab.native.dutAddress]) assert.is(solicit(bench, own), 1);
  assert.is(solicit(bench, lab.podGateway, 254), 0);
  assert.is(solicit(bench, lab.n1.pod(1), 255, Ipv6Address.parse('ff02::1')), 0);
});

test('a next hop that does not answer costs three questions and an address unreachable', () => {
  const bench = startBench('overlay', { silent: true });
  const { lab } = bench;
  let questions = 0;
  bench.watch((one) => {
    if (one.etherType === 0x0806) questions += 1;
  });
  solicit(bench, lab.podGateway);
  bench.send('P', [ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 9, nextHeader: 59 })]);
  bench.clock.advance(5000);
  assert.is(questions, 3);
  const [error] = bench.take();
  assert.equal([...(error?.packet.subarray(40, 42) ?? [])], [1, 3]);
});

test.run();
