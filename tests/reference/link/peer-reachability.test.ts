import { PeerReachability } from '../../../harness/reference/link/peer-reachability.ts';
import { VirtualClock } from '../../../harness/wire/virtual-clock.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('reference/link/peer-reachability');

/** A peer and the seconds at which it was probed. */
const start = (): { peer: PeerReachability; probes: number[]; pass: (seconds: number) => void } => {
  const clock = new VirtualClock();
  const probes: number[] = [];
  let nowMs = 0;
  const peer = new PeerReachability(
    { nowMs: () => nowMs, schedule: (ms, action) => clock.setTimer(ms, action) },
    () => {
      probes.push(nowMs / 1000);
    },
  );
  const pass = (seconds: number): void => {
    for (let second = 0; second < seconds; second += 1) {
      nowMs += 1000;
      clock.advance(1000);
    }
  };
  return { peer, probes, pass };
};

test('nobody is probed as long as nothing is sent', () => {
  const { probes, pass } = start();
  pass(120);
  assert.equal(probes, []);
});

test('a silent peer is probed three times, five seconds after it was first used', () => {
  const { peer, probes, pass } = start();
  peer.used();
  peer.used();
  pass(60);
  assert.equal(probes, [5, 6, 7]);
});

test('it is probed again when it is used again', () => {
  const { peer, probes, pass } = start();
  peer.used();
  pass(10);
  peer.used();
  pass(10);
  assert.equal(probes, [5, 6, 7, 15, 16, 17]);
});

test('an answer ends the probing and is good for thirty seconds', () => {
  const { peer, probes, pass } = start();
  peer.used();
  pass(5);
  peer.confirm();
  pass(10);
  peer.used();
  pass(10);
  assert.equal(probes, [5]);
  pass(11);
  peer.used();
  pass(6);
  assert.is(probes.length, 3);
});

test.run();
