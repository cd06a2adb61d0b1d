import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRecording } from '../../harness/replay/open-recording.ts';
import { stimuliOf } from '../../harness/replay/recording.ts';
import { ReplayError } from '../../harness/replay/replay-error.ts';
import { internetChecksum } from '../../harness/packet/checksum.ts';
import { assert, suite } from '../support/suite.ts';
import { replayAgainst } from './support.ts';

const test = suite('replay/stranger', { timeoutMs: 30_000 });

const capture = (name: string): string => fileURLToPath(new URL(`../../captures/${name}.pcapng`, import.meta.url));

const statesAgainst = async (
  faults: readonly string[],
  file: string,
  profile: string,
  map?: string,
): Promise<unknown> => {
  const { recording } = await openRecording(file, { profile, ...(map === undefined ? {} : { map: [map] }) });
  const replayed = await replayAgainst(faults, recording);
  if (replayed.kind !== 'played') throw new Error(replayed.reason);
  return replayed.findings.map(({ original, state }) => [original.requirement, state]);
};

// The labelled captures say nothing of a case, so they are read as anybody's.
for (const [name, fault, profile] of [
  ['hop-limit.decap-decrement', 'hl-from-ttl', 'overlay'],
  ['dscp-ecn.ingress-table', 'ecn-bleach', 'overlay'],
  ['encap.ihl-5', 'enc-ihl6-padding', 'overlay'],
] as const) {
  test(`${name}: what a rule finds in a capture without a case is found again with ${fault} only`, async () => {
    const file = capture(`${name}.bad`);
    assert.equal(await statesAgainst([fault], file, profile), [[name, 'still there']]);
    assert.equal(await statesAgainst([], file, profile), [[name, 'gone']]);
  });
}

test('a packet that only the node itself was seen to send is taken from inside of what it sent', async () => {
  const { recording, notes } = await openRecording(capture('encap.source-address.bad'), { profile: 'overlay' });
  assert.ok(stimuliOf(recording).length > 0);
  assert.ok(notes.some((note) => note.includes('became 10.0.0.1, the DUT')));
});

test('a target that says nothing for the packet in question proves nothing', async () => {
  const states = await statesAgainst([], capture('encap.source-address.bad'), 'overlay');
  assert.ok(JSON.stringify(states).includes('undecided'), JSON.stringify(states));
});

test('addresses are carried over with right checksums, as --map says where it does', async () => {
  const file = capture('hop-limit.decap-decrement.bad');
  const { recording } = await openRecording(file, { profile: 'overlay', map: ['10.0.0.2=10.0.0.3'] });
  for (const { bytes, port } of stimuliOf(recording)) {
    if (port !== 'U') continue;
    assert.equal([...bytes.subarray(26, 30)], [10, 0, 0, 3]);
    assert.is(internetChecksum(bytes, 14, 34), 0);
  }
  assert.equal(await statesAgainst(['hl-from-ttl'], file, 'overlay', '10.0.0.2=10.0.0.3'), [
    ['hop-limit.decap-decrement', 'still there'],
  ]);
});

test('who sent to the node can be said, and has to be somebody', async () => {
  const file = capture('hop-limit.decap-decrement.bad');
  const { recording } = await openRecording(file, { profile: 'overlay', stimulus: 'U' });
  assert.ok(stimuliOf(recording).every(({ port }) => port === 'U'));
  await assert.rejects(
    () => openRecording(file, { profile: 'overlay', stimulus: '192.0.2.1' }),
    (error: unknown) => error instanceof ReplayError,
  );
  await assert.rejects(
    () => openRecording(file, { profile: 'overlay', map: ['10.0.0.2=fd00::1'] }),
    (error: unknown) => error instanceof ReplayError,
  );
});

test('a file that is no capture is wrong usage', async () => {
  await assert.rejects(
    () => openRecording(join(fileURLToPath(new URL('.', import.meta.url)), 'stranger.test.ts'), {}),
    (error: unknown) => error instanceof Error && 'exitCode' in error && error.exitCode === 2,
  );
});

test.run();
