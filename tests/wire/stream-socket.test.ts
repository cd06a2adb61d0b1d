import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAXIMUM_FRAME_BYTES } from '../../harness/wire/frame-stream.ts';
import { StreamSocketWire } from '../../harness/wire/stream-socket.ts';
import { WireError } from '../../harness/wire/wire-error.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('wire/stream-socket');

let folder = '';
let wire: StreamSocketWire;
let peer: Socket;

test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-test-'));
  const path = join(folder, 's');
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  peer = createConnection(path);
  const [accepted] = (await once(server, 'connection')) as [Socket]; // the documented argument of the event
  server.close();
  wire = new StreamSocketWire('U', accepted);
});

test.after.each(async () => {
  await wire.close();
  peer.destroy();
  await rm(folder, { recursive: true });
});

const received = (count: number): Promise<Uint8Array[]> =>
  new Promise((resolve) => {
    const frames: Uint8Array[] = [];
    wire.onFrame((frame) => {
      frames.push(frame);
      if (frames.length === count) resolve(frames);
    });
  });

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('a frame goes out as its length in four bytes, big endian, and its bytes', async () => {
  wire.send(Uint8Array.of(1, 2, 3));
  const [bytes] = (await once(peer, 'data')) as [Buffer]; // the documented argument of the event
  assert.equal([...bytes], [0, 0, 0, 3, 1, 2, 3]);
});

test('frames are found however the stream is cut', async () => {
  const frames = received(3);
  for (const byte of [0, 0, 0, 2, 0xaa, 0xbb, 0, 0]) {
    peer.write(Uint8Array.of(byte));
    await turn();
  }
  peer.write(Uint8Array.of(0, 1, 0xcc, 0, 0, 0, 3, 7, 8, 9));
  assert.equal(
    (await frames).map((frame) => [...frame]),
    [[0xaa, 0xbb], [0xcc], [7, 8, 9]],
  );
});

test('each frame has bytes of its own and a time that never goes back', async () => {
  const times: bigint[] = [];
  wire.onFrame((_, timestampNs) => times.push(timestampNs));
  const frames = received(2);
  const before = wire.now();
  peer.write(Uint8Array.of(0, 0, 0, 1, 5, 0, 0, 0, 1, 6));
  const [first, second] = await frames;
  assert.ok(first !== undefined && second !== undefined && first.buffer !== second.buffer);
  const [early, late] = times;
  assert.ok(early !== undefined && late !== undefined && before <= early && early <= late && late <= wire.now());
  assert.ok(Math.abs(Number(wire.now() / 1_000_000n) - Date.now()) < 1000, 'the time is wall-clock time');
});

test('a slow peer loses nothing, and the sender can wait for it', async () => {
  const count = 2000;
  const frame = new Uint8Array(1500).fill(0x41);
  peer.pause();
  for (let index = 0; index < count; index += 1) wire.send(frame);
  assert.ok(wire.queuedBytes > 0);
  let bytes = 0;
  peer.on('data', (chunk) => (bytes += chunk.length));
  peer.resume();
  await wire.drained();
  while (bytes < count * 1504) await once(peer, 'data');
  assert.is(bytes, count * 1504);
});

test('a length that no frame can have ends the wire and names its offset', async () => {
  const closed = new Promise<Error | undefined>((resolve) => wire.onClosed(resolve));
  peer.write(Uint8Array.of(0, 0, 0, 1, 5, 0, 2, 0, 0));
  const reason = await closed;
  assert.instance(reason, WireError);
  assert.match(reason?.message ?? '', `found length 131072 at offset 5`);
  assert.throws(() => {
    wire.send(Uint8Array.of(1));
  }, /expected an open wire on port U/);
});

test('a peer that goes away is reported once, with where in the stream it stopped', async () => {
  const reasons: (Error | undefined)[] = [];
  wire.onClosed((reason) => reasons.push(reason));
  peer.write(Uint8Array.of(0, 0, 0, 9, 1));
  await turn();
  peer.end();
  await once(peer, 'close');
  await turn();
  await wire.close();
  assert.is(reasons.length, 1);
  assert.match(reasons[0]?.message ?? '', 'closed the connection in the middle of a frame');
});

test('an orderly close sends what is queued, gives no reason and can be repeated', async () => {
  const reasons: (Error | undefined)[] = [];
  wire.onClosed((reason) => reasons.push(reason));
  const big = new Uint8Array(MAXIMUM_FRAME_BYTES).fill(1);
  let bytes = 0;
  peer.on('data', (chunk) => (bytes += chunk.length));
  const ended = once(peer, 'end');
  for (let index = 0; index < 20; index += 1) wire.send(big);
  await wire.close();
  await wire.close();
  await ended;
  assert.is(bytes, 20 * (MAXIMUM_FRAME_BYTES + 4));
  assert.equal(reasons, [undefined]);
});

test('a peer that takes nothing cannot hold up the close', async () => {
  peer.pause();
  for (let index = 0; index < 200; index += 1) wire.send(new Uint8Array(60_000));
  await wire.close();
  assert.throws(() => {
    wire.send(Uint8Array.of(1));
  }, /found it closed/);
});

test('a frame that the peer could not take is refused before anything is sent', () => {
  assert.throws(() => {
    wire.send(new Uint8Array(MAXIMUM_FRAME_BYTES + 1));
  }, /expected a frame of 1 to 69632 bytes, found 69633/);
  assert.is(wire.queuedBytes, 0);
});

test.run();
