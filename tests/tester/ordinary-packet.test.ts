import { Ipv6Address } from '../../harness/address/index.ts';
import { build, ipv6, payload, udp } from '../../harness/packet/index.ts';
import { filled, INNER_UDP, ORDINARY_OVERHEAD_BYTES, ordinaryPacket } from '../../harness/tester/ordinary-packet.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('tester/ordinary-packet');

const FIELDS = {
  source: Ipv6Address.parse('fd5a:1234:5600:102::10'),
  destination: Ipv6Address.parse('fd5a:1234:5600:203::11'),
  hopLimit: 17,
  trafficClass: 0xb9,
  flowLabel: 0x9abcd,
  tag: Uint8Array.of(0x50, 0x34, 0x31, 0x9d, 1, 2, 3, 4, 5, 6),
};

test('has the bytes that the layers give, at every length', () => {
  const { source, destination, hopLimit, trafficClass, flowLabel, tag } = FIELDS;
  for (let lengthBytes = ORDINARY_OVERHEAD_BYTES; lengthBytes < 1500; lengthBytes += 1) {
    const layered = build(
      ipv6({ source, destination, hopLimit, trafficClass, flowLabel }),
      udp(INNER_UDP),
      payload(filled(tag, lengthBytes - ORDINARY_OVERHEAD_BYTES)),
    );
    assert.equal(ordinaryPacket({ ...FIELDS, lengthBytes }), layered);
  }
});

test('the filling begins with the tag, as far as it fits', () => {
  assert.equal([...filled(FIELDS.tag, 3)], [0x50, 0x34, 0x31]);
  assert.equal([...filled(FIELDS.tag, 12)].slice(0, 10), [...FIELDS.tag]);
});

test('refuses a field that does not fit', () => {
  assert.throws(() => ordinaryPacket({ ...FIELDS, flowLabel: 0x100000, lengthBytes: 60 }), /flowLabel/);
});

test.run();
