import { Ipv4Address } from '../../harness/address/index.ts';
import { createLab, type Lab } from '../../harness/lab/index.ts';
import { MacAddress } from '../../harness/packet/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { assert, suite } from '../support/suite.ts';

const dutMacs = { P: MacAddress.ZERO, U: MacAddress.ZERO, U2: MacAddress.ZERO };
const labFor = (text: string, dut?: string): Lab =>
  createLab(parseProfile(text), { dutMacs, ...(dut === undefined ? {} : { dutIpv4: Ipv4Address.parse(dut) }) });

const test = suite('lab/underlay-plan');

test('a DUT with another address of its segment leaves everything else as it is', () => {
  const { underlay } = labFor('overlay', '10.0.0.9');
  assert.equal(underlay.dut.toString(), '10.0.0.9');
  assert.equal(underlay.segment.toString(), '10.0.0.0/24');
  assert.equal(underlay.gatewayA.toString(), '10.0.0.251');
});

test('a DUT outside the segment has a segment of its own, with the others behind its gateways', () => {
  const lab = labFor('6to4', '10.0.0.1');
  const { underlay } = lab;
  assert.equal(underlay.segment.toString(), '10.0.0.0/24');
  for (const own of [underlay.dutSecondary, underlay.gatewayA, underlay.gatewayB, underlay.unassigned])
    assert.ok(underlay.segment.contains(own), own.toString());
  assert.equal(lab.n1.nodePrefix.toString(), '2002:a00:1::/48');
  assert.equal(lab.n2.ipv4.toString(), '192.0.2.20');
  assert.equal(lab.nextHop(lab.n2.ipv4)?.toString(), '10.0.0.251');
});

test('the outside prefix is outside the domain, whatever the domain is', () => {
  const domains = [
    'overlay',
    '6to4',
    '6in4',
    '6rd:2001:db8:8000::/33+192.0.0.0/8',
    '6rd:2001:db8::/32+0.0.0.0/0',
    '6rd:3ff0::/12+10.0.0.0/8',
  ];
  for (const text of domains) {
    const { map, outsidePrefix } = labFor(text);
    assert.not.ok(map?.domainPrefix.contains(outsidePrefix.address), text);
  }
});

test.run();
