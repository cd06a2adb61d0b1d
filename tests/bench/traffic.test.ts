import { openBed } from '../../harness/bench/bed.ts';
import { learn } from '../../harness/bench/load/learning.ts';
import { blankTag, tagSequence, writeTagSequence } from '../../harness/bench/traffic/tag.ts';
import { SMALLEST_FRAME_BYTES } from '../../harness/bench/traffic/stream.ts';
import { startModelledNode } from '../../harness/node/memory/index.ts';
import { onesComplementSum, foldSum } from '../../harness/packet/checksum.ts';
import { NAMED_PROFILES, parseProfile } from '../../harness/profile/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('bench/traffic');

const VARIATIONS = [
  'fou,udpChecksum=on',
  'fou,sourcePort=fixed',
  'gue,gueVariant=1',
  'overlay,ttl=inherit',
  'overlay,tos=fixed:0x2c',
  'overlay,mtu=static:1280',
  'ip6ip6,encapLimit=4',
  'ip6ip6,encap=gue:6080',
  '6rd:2001:2::/48+198.18.0.0/16',
];

const DIRECTIONS = ['encap', 'decap', 'native'] as const;

// The reference builds its packets with code of its own: every byte that both agree on was worked out twice.
for (const text of [...NAMED_PROFILES.map(({ name }) => name), ...VARIATIONS]) {
  test(`what has to come out of ${text} is what the reference sends, byte for byte`, async () => {
    await using session = await startModelledNode();
    await using bed = await openBed({ session, profile: parseProfile(text), seed: 'x', largestFrameBytes: 1280 });
    for (const direction of DIRECTIONS)
      for (const size of [SMALLEST_FRAME_BYTES, 1280]) {
        const stream = bed.stream(direction, size, 16);
        assert.ok(stream !== undefined);
        if (stream === undefined) continue;
        const { delivered, flows, firstWrong } = await learn(bed.path, stream);
        assert.equal([firstWrong, delivered], [undefined, flows], `${direction} ${String(size)}`);
        assert.is(stream.inputs.length % stream.flows, 0);
        const native = direction === 'decap' ? stream.outputs[0] : stream.inputs[0];
        assert.is((native?.length ?? 0) + 4, size, 'the size is that of the native side with its FCS');
      }
  });
}

test('a tag can be any number without changing a checksum', () => {
  const tag = blankTag(7);
  const sum = (): number => foldSum(onesComplementSum(tag, 0, tag.length));
  const before = sum();
  for (const sequence of [1, 0xffff, 0x10000, 0xffff_ffff]) {
    writeTagSequence(tag, 0, sequence);
    assert.is(tagSequence(tag, 0), sequence);
    assert.is(sum(), before);
  }
});

test('the same seed draws the same nodes, and another generation draws others', async () => {
  await using session = await startModelledNode();
  await using bed = await openBed({ session, profile: parseProfile('overlay'), seed: 'x', largestFrameBytes: 84 });
  const first = bed.stream('encap', 84, 100)?.outputs;
  assert.equal(bed.stream('encap', 84, 100)?.outputs, first);
  assert.not.equal(bed.stream('encap', 84, 100, 'moved')?.outputs, first);
  const destinations = first?.map((frame) => frame.slice(30, 34).join('.'));
  assert.is(new Set(destinations).size, 100, 'every flow goes to a node of its own');
});

test('a domain without enough nodes says so', async () => {
  await using session = await startModelledNode();
  const profile = parseProfile('6rd:fd5a:1234:5600::/40+10.0.0.0/22');
  await using bed = await openBed({ session, profile, seed: 'x', largestFrameBytes: 84 });
  assert.is(bed.stream('encap', 84, 5000), undefined);
});

test.run();
