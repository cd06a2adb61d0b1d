import { createHash } from 'node:crypto';
import { TcpConnection, type TcpConnectionOptions } from '../../../harness/interop/pods/tcp-connection.ts';
import { build } from '../../../harness/packet/build.ts';
import { decode, findLayer } from '../../../harness/packet/decode.ts';
import type { Layer } from '../../../harness/packet/layer.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { seededRandom } from '../../../harness/random.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('interop/pods/tcp');

interface Event {
  readonly dueMs: number;
  readonly action: () => void;
}

/** Time and a wire between two connections; `pass` decides for each packet whether, and how late, it arrives. */
class Course {
  nowMs = 0;
  readonly #events: Event[] = [];

  readonly schedule = (delayMs: number, action: () => void): (() => void) => {
    const event = { dueMs: this.nowMs + delayMs, action };
    this.#events.push(event);
    return () => {
      const at = this.#events.indexOf(event);
      if (at !== -1) this.#events.splice(at, 1);
    };
  };

  run(until: () => boolean, limitMs: number): void {
    while (!until() && this.nowMs < limitMs) {
      const [next] = this.#events.toSorted((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) return;
      this.#events.splice(this.#events.indexOf(next), 1);
      this.nowMs = next.dueMs;
      next.action();
    }
  }
}

interface Wire {
  /** Milliseconds until the packet arrives; undefined when it does not. */
  readonly pass: (bytes: Uint8Array, toServer: boolean) => number | undefined;
}

const transfer = (bytes: number, wire: Wire, initialSequence = 1000) => {
  const course = new Course();
  const data = seededRandom('tcp').bytes(bytes);
  const sent: number[] = [];
  const send =
    (toServer: boolean) =>
    (...layers: readonly Layer[]): void => {
      const packet = build(ipv6({ source: 'fd00::1', destination: 'fd00::2' }), ...layers);
      if (toServer) sent.push(packet.length);
      const delayMs = wire.pass(packet, toServer);
      if (delayMs === undefined) return;
      course.schedule(delayMs, () => {
        const segment = findLayer(decode(packet, 'ipv6'), 'tcp');
        assert.is(segment?.checksum, 'good');
        if (segment === undefined) return;
        const { header, offset } = segment;
        (toServer ? server : client).take(header, packet.subarray(offset + header.dataOffset * 4));
      });
    };
  const options = (toServer: boolean): Omit<TcpConnectionOptions, 'data'> => ({
    localPort: toServer ? 40_000 : 5001,
    remotePort: toServer ? 5001 : 40_000,
    initialSequence: toServer ? initialSequence : 77,
    linkMtuBytes: 1500,
    send: send(toServer),
    schedule: course.schedule,
  });
  const server = TcpConnection.listen({ ...options(false), data: new Uint8Array(0) });
  const client = TcpConnection.connect({ ...options(true), data });
  const isDone = (): boolean => client.isClosed && server.isClosed;
  return { client, server, course, sent, isDone, sha256: createHash('sha256').update(data).digest('hex') };
};

test('bytes arrive as they were sent, in segments that fill the link, and both ends close', () => {
  const { client, server, course, sent, isDone, sha256 } = transfer(100_000, { pass: () => 1 });
  course.run(isDone, 10_000);
  assert.ok(isDone());
  assert.is(server.receiver?.receivedBytes, 100_000);
  assert.is(server.receiver?.sha256(), sha256);
  assert.is(client.retransmissions, 0);
  assert.is(Math.max(...sent), 1500);
});

for (const seed of ['a', 'b', 'c', 'd', 'e']) {
  test(`every tenth packet lost, both ways, and others late (seed ${seed}): nothing is missing, nothing is doubled`, () => {
    const random = seededRandom(seed);
    const pass = (): number | undefined => (random.chance(0.1) ? undefined : 1 + random.int(20));
    // A sequence number that wraps around in the middle of the transfer.
    const { client, server, course, isDone, sha256 } = transfer(150_000, { pass }, 2 ** 32 - 60_000);
    course.run(isDone, 600_000);
    assert.ok(isDone(), `${String(server.receiver?.receivedBytes)} bytes after ${String(course.nowMs)} ms`);
    assert.is(server.receiver?.receivedBytes, 150_000);
    assert.is(server.receiver?.sha256(), sha256);
    assert.ok(client.retransmissions > 0);
  });
}

test('a path that takes less than the link is learned from Packet Too Big, and the transfer ends', () => {
  const state: { client?: TcpConnection } = {};
  const pass = (bytes: Uint8Array, toServer: boolean): number | undefined => {
    if (!toServer || bytes.length <= 1380) return 1;
    const segment = findLayer(decode(bytes, 'ipv6'), 'tcp');
    course.schedule(1, () => state.client?.shrink(1380, segment?.header.sequence ?? 0));
    return undefined;
  };
  const { client, server, course, isDone, sha256 } = transfer(100_000, { pass });
  state.client = client;
  course.run(isDone, 60_000);
  assert.ok(isDone());
  assert.is(server.receiver?.sha256(), sha256);
  assert.is(client.segmentBytes, 1320);
});

test('a Packet Too Big about something that is not under way changes nothing', () => {
  const { client, course, isDone } = transfer(10_000, { pass: () => 1 });
  course.run(isDone, 10_000);
  client.shrink(1280, 999_999);
  assert.is(client.segmentBytes, 1440);
});

test('a wire that carries nothing gives no transfer, and no end either', () => {
  const { client, server, course, isDone } = transfer(1000, { pass: () => undefined });
  course.run(isDone, 5000);
  assert.not.ok(isDone());
  assert.is(server.receiver, undefined);
  assert.ok(client.retransmissions > 2);
});

test.run();
