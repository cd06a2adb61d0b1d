import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ipv6Address } from '../../harness/address/index.ts';
import { openRecording } from '../../harness/replay/open-recording.ts';
import { stimuliOf } from '../../harness/replay/recording.ts';
import { ReplayError } from '../../harness/replay/replay-error.ts';
import { internetChecksum } from '../../harness/packet/checksum.ts';
import { captureOf } from '../check/support.ts';
import { bytesOf, checksum, frame, ipv4, ipv6, word } from '../rules/handmade.ts';
import { assert, suite } from '../support/suite.ts';
import { inFolder, replayAgainst } from './support.ts';

const test = suite('replay/stranger', { timeoutMs: 30_000 });

const capture = (name: string): string => fileURLToPath(new URL(`../../captures/${name}.pcapng`, import.meta.url));

/** UDP with a right checksum. */
function datagram(source: string, destination: string): Uint8Array {
  const bytes = bytesOf(word(33_333), word(4444), word(16), 0, 0, new TextEncoder().encode('stranger'));
  const ends = bytesOf(Ipv6Address.parse(source).bytes, Ipv6Address.parse(destination).bytes);
  bytes.set(word(checksum(bytesOf(ends, 0, 0, word(16), 0, 0, 0, 17), bytes)), 6);
  return bytes;
}

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

test('a capture of 6to4 with strange addresses, behind VLAN tags, shows what the target does for the same packet', async () => {
  const pod = '2002:c612:507:1::5';
  const remote = '2002:cb00:7109:4::9';
  const inner = { source: pod, destination: remote, payload: datagram(pod, remote) };
  const strange = [0, 0x50, 0x56, 0x11, 0x22, 0x33];
  const frames = [
    frame(ipv6({ ...inner, hopLimit: 64 }), { destination: strange }),
    frame(ipv4(ipv6(inner), { source: '198.18.5.7', destination: '9.113.0.203', flags: 0 }), { vlan: 17 }),
    frame(ipv4(ipv6(inner), { source: '198.18.5.7', destination: '203.0.113.9', flags: 0 }), { vlan: 17 }),
  ];
  await inFolder(async (folder) => {
    const file = join(folder, 'stranger.pcapng');
    await writeFile(file, captureOf(frames));
    const { recording, notes } = await openRecording(file, { profile: '6to4,mtu=static:1280' });
    assert.ok(
      notes.some((note) => note.startsWith('198.18.5.7 became') && note.endsWith('the DUT')),
      notes.join(),
    );
    const [stimulus] = stimuliOf(recording);
    assert.ok(stimulus !== undefined);
    const replayed = await replayAgainst(['addr-byteswap'], recording);
    if (replayed.kind !== 'played') throw new Error(replayed.reason);
    const [finding] = replayed.findings;
    assert.is(finding?.state, 'different');
    const [now] = finding?.now ?? [];
    assert.equal(
      now?.bytes.subarray(-12),
      stimulus.bytes.subarray(-12),
      'what came of the stimulus, not of a good packet',
    );
    assert.equal(await statesAgainst([], file, '6to4,mtu=static:1280'), [['address.6to4-embedded-bits', 'gone']]);
  });
});

test('a file that is no capture is wrong usage', async () => {
  await assert.rejects(
    () => openRecording(join(fileURLToPath(new URL('.', import.meta.url)), 'stranger.test.ts'), {}),
    (error: unknown) => error instanceof Error && 'exitCode' in error && error.exitCode === 2,
  );
});

test.run();
