import { createLab } from '../../harness/lab/index.ts';
import { build } from '../../harness/packet/build.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { judgeWithRules } from '../../harness/runner/rule-judge.ts';
import { RuleJudge } from '../../harness/runner/rule-pass.ts';
import { Recorder } from '../../harness/wire/recorder.ts';
import { suite, assert } from '../support/suite.ts';

const test = suite('runner/rule-judge');

const mac = MacAddress.parse('02:41:00:00:00:01');
const lab = createLab(parseProfile('overlay'), { dutMacs: { P: mac, U: mac, U2: mac } });

/** A tunnel packet as the DUT sends it, with an outer TTL. */
const tunnelled = (ttl: number): Uint8Array =>
  build(
    ethernet({ source: mac, destination: lab.macOf(lab.n2.ipv4) }),
    ipv4({ source: lab.n1.ipv4, destination: lab.n2.ipv4, ttl, dontFragment: true }),
    ipv6({ source: lab.n1.pod(), destination: lab.n2.pod(), hopLimit: 63 }),
    udp({ sourcePort: 41000, destinationPort: 41001 }),
  );

const recorderOf = (direction: 'inbound' | 'outbound', ...frames: readonly Uint8Array[]): Recorder => {
  const recorder = new Recorder();
  for (const bytes of frames) recorder.add({ port: 'U', direction, timestampNs: 1n, bytes });
  return recorder;
};
const segmentOf = (recorder: Recorder) => ({
  lab,
  underlayMtuBytes: 1500,
  secondUnderlayPort: false,
  fromFrame: 1,
  toFrame: recorder.mark().nextNumber,
});

test('a wrong frame of the DUT is a violation by a rule, with its number and its text', () => {
  const recorder = recorderOf('outbound', tunnelled(64), tunnelled(1), tunnelled(1));
  const { violations, judgedFrames } = new RuleJudge(judgeWithRules, recorder).finish([segmentOf(recorder)]);
  const ttl = violations.find(({ requirement }) => requirement.startsWith('hop-limit.'));
  assert.is(ttl?.by, 'rule');
  assert.is(ttl?.frameNumber, 2);
  assert.is(ttl?.count, 2);
  assert.match(ttl?.frame ?? '', /^U: .*10\.0\.0\.1.*10\.0\.0\.2/);
  assert.is(judgedFrames.get(ttl?.requirement ?? ''), 3);
});

test('what the tester itself sends is not judged', () => {
  const recorder = recorderOf('inbound', tunnelled(1));
  assert.equal(new RuleJudge(judgeWithRules, recorder).finish([segmentOf(recorder)]).violations, []);
});

test('a segment ends the memory of the rules, and only its own frames are judged', () => {
  const recorder = recorderOf('outbound', tunnelled(1), tunnelled(64), tunnelled(1));
  const middle = { ...segmentOf(recorder), fromFrame: 2, toFrame: 3 };
  assert.equal(
    new RuleJudge(judgeWithRules, recorder)
      .finish([middle])
      .violations.filter(({ requirement }) => requirement.startsWith('hop-limit.')),
    [],
  );
  const twice = new RuleJudge(judgeWithRules, recorder).finish([middle, middle]);
  assert.is(twice.judgedFrames.get('hop-limit.outer-ttl-value'), 2);
});

test('an exchange without a finding may be discarded, and what was judged in it still counts', () => {
  const recorder = recorderOf('outbound', tunnelled(64), tunnelled(64));
  const judge = new RuleJudge(judgeWithRules, recorder);
  assert.is(judge.mayDiscard({ ...segmentOf(recorder), toFrame: 2 }), true);
  recorder.discard({ nextNumber: 1 }, { nextNumber: 2 });
  const { violations, judgedFrames } = judge.finish([segmentOf(recorder)]);
  assert.equal(violations, []);
  assert.is(judgedFrames.get('encap.header-checksum'), 2);
});

test('of exchanges that are all wrong a few are kept, and the others are counted', () => {
  const recorder = recorderOf('outbound', ...Array.from({ length: 10 }, () => tunnelled(1)));
  const judge = new RuleJudge(judgeWithRules, recorder);
  const kept = Array.from({ length: 10 }, (_, index) => {
    const segment = { ...segmentOf(recorder), fromFrame: index + 1, toFrame: index + 2 };
    const mayDiscard = judge.mayDiscard(segment);
    if (mayDiscard) recorder.discard({ nextNumber: index + 1 }, { nextNumber: index + 2 });
    return !mayDiscard;
  });
  assert.equal(kept, [true, true, true, true, true, false, false, false, false, false]);
  const ttl = judge
    .finish([segmentOf(recorder)])
    .violations.find(({ requirement }) => requirement.startsWith('hop-limit.'));
  assert.is(ttl?.count, 10);
  assert.is(recorder.frame(ttl?.frameNumber ?? 0) === undefined, false);
});

test.run();
