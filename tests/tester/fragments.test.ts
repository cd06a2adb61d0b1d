import { createLab } from '../../harness/lab/index.ts';
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { concat } from '../../harness/packet/bytes.ts';
import { ETHERNET } from '../../harness/packet/ethernet.ts';
import { ipv4ChecksumIsGood, readIpv4Header } from '../../harness/packet/ipv4.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import type { Stimulus } from '../../harness/tester/context.ts';
import { fragmentOf, fragmentsOf, outerPayload } from '../../harness/tester/fragments.ts';
import { StimulusFactory } from '../../harness/tester/stimuli.ts';
import { suite, assert } from '../support/suite.ts';

const test = suite('tester/fragments');

const AT = ETHERNET.HEADER_LENGTH;
const mac = MacAddress.parse('02:41:00:00:00:02');
const lab = createLab(parseProfile('overlay'), { dutMacs: { P: mac, U: mac, U2: mac } });
const factory = new StimulusFactory(lab, () => new Uint8Array(10));
const whole = (mark: number): Stimulus => factory.fromTunnel({ lengthBytes: 333 }, {}, mark);

test('the fragments of a packet carry its payload, each with the header of its place', () => {
  const packet = whole(77);
  const pieces = fragmentsOf(packet, [8, 200]);
  assert.equal(concat(...pieces.map(outerPayload)), outerPayload(packet));
  const headers = pieces.map(({ frame }) => readIpv4Header(frame, AT));
  assert.equal(
    headers.map(({ fragmentOffset }) => fragmentOffset),
    [0, 1, 26],
  );
  assert.equal(
    headers.map(({ moreFragments }) => moreFragments),
    [true, true, false],
  );
  assert.equal(new Set(headers.map(({ identification }) => identification)).size, 1);
  assert.ok(pieces.every(({ frame }) => ipv4ChecksumIsGood(frame, AT)));
});

test('fragments belong to the whole, and different packets have different Identifications other than 0', () => {
  const identifications = [0, 0xfffe, 0xffff, 0x10000].map((mark) => {
    const packet = whole(mark);
    const [first] = fragmentsOf(packet, [8]);
    assert.is(first?.partOf, packet);
    assert.is(first?.mark, mark);
    return readIpv4Header(first?.frame ?? new Uint8Array(64), AT).identification;
  });
  assert.not(identifications.includes(0));
  assert.is(new Set(identifications.slice(0, 2)).size, 2);
});

test('a wrong fragment is as easy as a right one', () => {
  const { frame } = fragmentOf(whole(5), {
    offsetBytes: 48,
    payload: Uint8Array.of(1, 2, 3),
    moreFragments: true,
    outer: { protocol: 17, dontFragment: true },
    trailer: Uint8Array.of(9, 9),
  });
  const header = readIpv4Header(frame, AT);
  assert.is(header.fragmentOffset, 6);
  assert.is(header.protocol, 17);
  assert.ok(header.moreFragments && header.dontFragment);
  assert.is(header.totalLength, 23);
  assert.equal(frame.slice(-5), Uint8Array.of(1, 2, 3, 9, 9));
});

test.run();
