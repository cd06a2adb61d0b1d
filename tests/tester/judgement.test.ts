import { build, ethernet, ipv4, ipv6, udp, MacAddress } from '../../harness/packet/index.ts';
import { Ipv4Address, Ipv6Address } from '../../harness/address/index.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { describeFrames, Judgement } from '../../harness/tester/judgement.ts';
import { RecordedSeenFrame } from '../../harness/tester/seen-frame.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('tester/judgement');

test('frames in words show what is inside a UDP tunnel of the profile', () => {
  const mac = MacAddress.parse('02:41:00:00:00:01');
  const bytes = build(
    ethernet({ source: mac, destination: mac }),
    ipv4({ source: Ipv4Address.parse('10.0.0.1'), destination: Ipv4Address.parse('10.0.0.2') }),
    udp({ sourcePort: 50000, destinationPort: 3544 }),
    ipv6({ source: Ipv6Address.parse('fd00::1'), destination: Ipv6Address.parse('fd00::2') }),
  );
  const frame = new RecordedSeenFrame({ number: 1, port: 'U', bytes, timestampNs: 0n }, undefined);
  const words = (profile: string): string => describeFrames([frame], parseProfile(profile));
  assert.match(words('overlay,encap=fou:3544'), 'IPv6 fd00::1 > fd00::2');
  assert.not.match(words('overlay'), 'IPv6 fd00::1');
});

test('what a trial finds is recorded when it is kept, beside what there was before', () => {
  const judgement = new Judgement('encap.a', () => parseProfile('overlay'));
  judgement.doubt('before');
  const good = judgement.trial(() => void judgement.expectEqual('TTL', 64, 64));
  const bad = judgement.trial(() => {
    judgement.expectEqual('TTL', 63, 64);
    judgement.doubt('meanwhile');
  });
  assert.equal([good.failed, good.doubtful, bad.failed, bad.doubtful], [false, false, true, true]);
  assert.equal([judgement.violations.length, judgement.doubts.length, judgement.judgements], [0, 1, 2]);
  bad.keep();
  assert.equal(
    judgement.violations.map(({ actual }) => actual),
    ['TTL 63'],
  );
  assert.equal(
    judgement.doubts.map(({ reason }) => reason),
    ['before', 'meanwhile'],
  );
});

test.run();
