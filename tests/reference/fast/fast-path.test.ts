/** The fast path against the ordinary one: two nodes, the same frames, and every frame that comes out compared, all bytes of it. */
import { CORRECT } from '../../../harness/reference/behaviour.ts';
import { FAULTS } from '../../../harness/reference/faults/index.ts';
import { createReference } from '../../../harness/reference/reference.ts';
import { LARGEST_FRAME_BYTES, OUTER_BYTES } from '../../../harness/reference/fast/scratch.ts';
import { toHex } from '../../../harness/packet/bytes.ts';
import { build } from '../../../harness/packet/build.ts';
import { ethernet } from '../../../harness/packet/layers/ethernet.ts';
import { ipv4 } from '../../../harness/packet/layers/ipv4.ts';
import { icmpv4Error } from '../../../harness/packet/layers/icmpv4.ts';
import { seededRandom } from '../../../harness/random.ts';
import type { TargetSetup } from '../../../harness/target/setup.ts';
import type { TargetStats } from '../../../harness/target/stats.ts';
import type { Lab } from '../../../harness/lab/index.ts';
import { Players } from '../../../harness/tester/players.ts';
import { VirtualClock } from '../../../harness/wire/virtual-clock.ts';
import type { PortName } from '../../../harness/wire/wire.ts';
import { assert, suite } from '../../support/suite.ts';
import { MACS, setupFor } from '../reference-bench.ts';
import { RandomFrames } from './random-frames.ts';

const test = suite('reference/fast');

const FRAMES = 6000;
/** Longer than a neighbour is believed. */
const LONG_MS = 301_000;

interface Way {
  readonly send: (port: PortName, frame: Uint8Array) => string[];
  readonly wait: (delayMs: number) => string[];
  readonly stats: () => TargetStats;
  /** Frames that came from the scratch of the fast path. */
  readonly lent: () => Readonly<Partial<Record<PortName, number>>>;
}

interface StartOptions {
  readonly usesFastPath: boolean;
  readonly lendsFrames: boolean;
  readonly faults?: readonly string[];
}

const startWay = (lab: Lab, setup: TargetSetup, options: StartOptions): Way => {
  const clock = new VirtualClock();
  const players = new Players(lab);
  const lent: Partial<Record<PortName, number>> = {};
  let out: string[] = [];
  const outcome = createReference({
    setup,
    seed: 41,
    ...options,
    clock: {
      nowMs: () => Number(clock.nowNs() / 1000n) / 1000,
      schedule: (delayMs, action) => clock.setTimer(delayMs, action),
    },
    emit: (port, frame) => {
      if (frame.buffer.byteLength === LARGEST_FRAME_BYTES + OUTER_BYTES) lent[port] = (lent[port] ?? 0) + 1;
      out.push(`${port} ${toHex(frame)}`);
      const reply = players.replyTo(port, frame.slice());
      if (reply && outcome.kind === 'ready') outcome.reference.receive(port, reply);
    },
  });
  if (outcome.kind !== 'ready') throw new Error(outcome.reason);
  const { reference } = outcome;
  const taken = (): string[] => {
    const before = out;
    out = [];
    return before;
  };
  return {
    send: (port, frame) => {
      reference.receive(port, frame);
      return taken();
    },
    wait: (delayMs) => {
      clock.advance(delayMs);
      return taken();
    },
    stats: () => reference.stats(),
    lent: () => lent,
  };
};

/** What a router says of a packet that has just left by U and is larger than the next link. */
const tooBig = (lab: Lab, sent: string, mtuBytes: number): Uint8Array => {
  const quoted = Uint8Array.from(Buffer.from(sent.slice(2 + 28), 'hex')).slice(0, 60);
  return build(
    ethernet({ source: '02:00:00:00:99:01', destination: MACS.U }),
    ipv4({ source: '10.0.0.251', destination: lab.n1.ipv4 }),
    icmpv4Error({ type: 3, code: 4, nextHopMtu: mtuBytes, quoted }),
  );
};

const compare = (text: string, lendsFrames: boolean, change?: (setup: TargetSetup) => TargetSetup): void => {
  const { lab, setup } = setupFor(text, { podMtuBytes: 9000, ...(change === undefined ? {} : { change }) });
  const random = seededRandom(`fast ${text}`);
  const frames = new RandomFrames(lab, setup, random.fork('frames'));
  const fast = startWay(lab, setup, { usesFastPath: true, lendsFrames });
  const ordinary = startWay(lab, setup, { usesFastPath: false, lendsFrames });
  let sent: string | undefined;
  for (let index = 0; index < FRAMES; index++) {
    const { port, frame } = frames.next();
    const given = frame.slice();
    const [left, right] = [fast.send(port, given), ordinary.send(port, frame.slice())];
    // A lent frame is somebody else's again: the node must have kept nothing of it.
    if (lendsFrames) given.fill(0xff);
    assert.equal(left, right, `frame ${index} on ${port}: ${toHex(frame)}`);
    sent =
      left.find((one) => one.startsWith('U ') && one.slice(2).length > 28 + 120 && one.slice(26, 30) === '0800') ??
      sent;
    const delayMs = random.chance(0.002) ? LONG_MS : random.int(20);
    assert.equal(fast.wait(delayMs), ordinary.wait(delayMs), `timers after frame ${index}`);
    if (sent === undefined || !random.chance(0.005)) continue;
    const error = tooBig(lab, sent, random.pick([1200, 1300, 1400, 1480]));
    assert.equal(fast.send('U', error.slice()), ordinary.send('U', error.slice()), `error after frame ${index}`);
  }
  assert.equal(fast.stats(), ordinary.stats());
  assert.equal(ordinary.lent(), {});
  if (!lendsFrames) return;
  // A comparison of the ordinary path with itself would prove nothing.
  const { P = 0, U = 0 } = fast.lent();
  assert.ok(P > FRAMES / 40 && U > FRAMES / 40, `${P} and ${U} of ${FRAMES} frames took the fast path`);
};

for (const text of [
  'overlay',
  '6rd',
  '6to4',
  '6in4',
  '6rd:2001:db8::/32+0.0.0.0/0',
  'overlay,mtu=static:1280,tos=zero,ttl=inherit',
  'overlay,ecnEncap=3168,ecnDecap=off,nativeInnerSrc=accept',
  'overlay,ecnEncap=compat,tos=fixed:184,podSource=any,ingressFilter=on,strictRpf=on,hopByHop=process',
  '6rd,foreignPrefixCheck=on,podSource=any,sourcePair=legacy-3056,mismatchIcmp=protocol-unreachable,mtuDefault=1280',
  '6to4,relay=configured,nativeInnerSrc=br-only',
  'overlay,hairpin=relay',
  '6in4,strictRpf=on,ttl=inherit,ingressFilter=on',
  'overlay,relay=configured',
  '6rd-br',
  '6rd-br,brAddress=anycast,mtu=static:1400',
])
  test(`nothing that comes out differs: ${text}`, () => {
    compare(text, true);
  });

test('nor does it where one route takes the place of another', () => {
  compare('overlay', true, (setup) => ({
    ...setup,
    underlay: {
      ...setup.underlay,
      routes: [...setup.underlay.routes, { destination: '10.2.0.0/16', gateway: '10.0.0.251' }],
    },
  }));
});

test('nor does it where frames are not lent', () => {
  compare('overlay', false);
});

test('a node with a fault has no fast path', () => {
  // What makes the fast path is the whole correct behaviour; a fault that leaves it as it is breaks something else than a running node.
  const unchanged = FAULTS.filter((fault) => fault.apply(CORRECT) === CORRECT);
  assert.equal(
    unchanged.filter((fault) => fault.unconfigured === undefined).map(({ name }) => name),
    [],
  );
  const { lab, setup } = setupFor('overlay');
  const frames = new RandomFrames(lab, setup, seededRandom('faults'));
  const way = startWay(lab, setup, { usesFastPath: true, lendsFrames: true, faults: ['id-constant'] });
  for (let index = 0; index < 500; index++) {
    const { port, frame } = frames.next();
    way.send(port, frame);
  }
  assert.equal(way.lent(), {});
});

test.run();
