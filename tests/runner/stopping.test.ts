import { exitCodeOf } from '../../harness/runner/exit-code.ts';
import { TargetDownError, TargetError } from '../../harness/target/target-error.ts';
import { WireError } from '../../harness/wire/wire-error.ts';
import { suite, assert } from '../support/suite.ts';
import { FakeSession } from './support/fake-session.ts';
import { fake, FakeTestbed } from './support/fake-testbed.ts';
import { registryOf, requirement } from './support/samples.ts';
import { resultOf, runFake, verdicts } from './support/run-fake.ts';

const test = suite('runner/stopping');

const a = requirement('decap.a');
const b = requirement('decap.b');
const should = requirement('decap.should', { level: 'SHOULD' });

test('a node that dies ends the run with what is done, and its last words', async () => {
  const session = new FakeSession({ diagnostics: 'kernel panic\n' });
  const registry = registryOf(
    [a, b, should],
    [
      { id: 'decap.a' },
      {
        id: 'decap.b',
        run: async (t) => {
          session.wire.break(new WireError('WIRE_FAILED', 'connection reset'));
          fake(t).observe({ doubts: [{ reason: 'fence lost' }] });
        },
      },
      { id: 'decap.should' },
    ],
  );
  const result = await runFake(registry, { session });
  assert.equal(verdicts(result), ['decap.a pass', 'decap.b inconclusive']);
  assert.equal(result.stopped, { code: 'WIRE_FAILED', reason: 'connection reset\nThe node says:\nkernel panic' });
  assert.is(exitCodeOf(result), 3);
});

test('a node that ends with the Ctrl-C that reached it as well is an interruption, not a failure', async () => {
  const controller = new AbortController();
  const testbed = new FakeTestbed({
    up: (changes) => {
      if (changes === undefined) return { kind: 'ready' };
      controller.abort();
      throw new WireError('WIRE_FAILED', 'write EPIPE');
    },
  });
  const registry = registryOf([a, b], [{ id: 'decap.a' }, { id: 'decap.b', setup: { podMtuBytes: 9000 } }]);
  const result = await runFake(registry, { testbed, signal: controller.signal });
  assert.equal(verdicts(result), ['decap.a pass']);
  assert.is(result.stopped, undefined);
  assert.is(result.interrupted, true);
  assert.is(exitCodeOf(result), 130);
});

test('a wire that the node closes in good order ends the run as well', async () => {
  const session = new FakeSession();
  const registry = registryOf(
    [a, b],
    [{ id: 'decap.a', run: async () => session.wire.break(undefined) }, { id: 'decap.b' }],
  );
  const result = await runFake(registry, { session });
  assert.equal(verdicts(result), ['decap.a pass']);
  assert.is(result.stopped?.reason, 'Expected port U to stay, but the node closed it');
});

test('a case that throws because the node is gone ends the run', async () => {
  const registry = registryOf(
    [a, b],
    [
      {
        id: 'decap.a',
        run: async () => {
          throw new WireError('WIRE_CLOSED', 'closed');
        },
      },
      { id: 'decap.b' },
    ],
  );
  const result = await runFake(registry);
  assert.equal(verdicts(result), ['decap.a error']);
  assert.is(exitCodeOf(result), 3);
});

test('a node that cannot even say what is wrong still ends the run in order', async () => {
  const session = new FakeSession();
  session.diagnostics = async () => {
    throw new Error('no console');
  };
  const registry = registryOf([a], [{ id: 'decap.a', run: async () => session.wire.break(new Error('gone')) }]);
  const result = await runFake(registry, { session });
  assert.match(result.stopped?.reason ?? '', /gone.*The node says:\n\(nothing: no console\)/s);
  assert.is(session.disposed, true);
});

test('a target that never comes up ends the run with 3', async () => {
  const testbed = new FakeTestbed({
    up: () => {
      throw new TargetError('up exited with 1: no such device');
    },
  });
  const result = await runFake(registryOf([a], [{ id: 'decap.a' }]), { testbed });
  assert.equal(verdicts(result), []);
  assert.equal(result.stopped, { code: 'TARGET_FAILED', reason: 'up exited with 1: no such device' });
  assert.is(exitCodeOf(result), 3);
});

test('a target that breaks in one set-up makes the cases of that set-up errors', async () => {
  const testbed = new FakeTestbed({
    up: (changes) => {
      if (changes !== undefined) throw new TargetError('up exited with 1');
      return { kind: 'ready' };
    },
  });
  const registry = registryOf([a, b], [{ id: 'decap.a' }, { id: 'decap.b', setup: { podMtuBytes: 9000 } }]);
  const result = await runFake(registry, { testbed });
  assert.equal(verdicts(result), ['decap.a pass', 'decap.b error']);
  assert.is(result.stopped, undefined);
  assert.is(exitCodeOf(result), 1);
});

test('a target that refuses what it accepted before makes an error of it, not a skip', async () => {
  let ups = 0;
  const testbed = new FakeTestbed({
    up: () => {
      ups += 1;
      return ups === 1 ? { kind: 'ready' } : { kind: 'unsupported', reason: 'not today' };
    },
  });
  const restarting = async (t: Parameters<typeof fake>[0]): Promise<void> => fake(t).observe({ restarted: true });
  const registry = registryOf([a, b], [{ id: 'decap.a', run: restarting }, { id: 'decap.b' }]);
  const result = await runFake(registry, { testbed });
  assert.equal(verdicts(result), ['decap.a pass', 'decap.b error']);
  assert.match(resultOf(result, 'decap.b').reason ?? '', /as it did before; it refused: not today/);
});

test('a target that accepts nonsense is not believed', async () => {
  const gullible = new FakeSession({ up: () => ({ kind: 'ready', durationMs: 1 }) });
  const registry = registryOf([a], [{ id: 'decap.a' }]);
  const result = await runFake(registry, { session: gullible, probeNonsense: true });
  assert.equal(verdicts(result), []);
  assert.match(result.stopped?.reason ?? '', /Expected the target to refuse the profile "nonsense-[0-9a-f]{8}"/);
  assert.is(exitCodeOf(result), 3);
  const honest = new FakeSession();
  assert.equal(verdicts(await runFake(registry, { session: honest, probeNonsense: true })), ['decap.a pass']);
  assert.match(honest.asked[0]?.profile ?? '', /^nonsense-/);
});

test('a node that cannot be shut down is reported, and the verdicts are kept', async () => {
  const session = new FakeSession({
    dispose: async () => {
      throw new TargetError('still running');
    },
  });
  const result = await runFake(registryOf([a], [{ id: 'decap.a' }]), { session });
  assert.equal(verdicts(result), ['decap.a pass']);
  assert.is(result.stopped?.reason, 'still running');
});

test('a target that cannot be taken down ends the run, because nobody knows what is left of it', async () => {
  class Stuck extends FakeTestbed {
    override async down(): Promise<void> {
      await super.down();
      if (this.diary.includes('decap.a'))
        throw new TargetDownError('expected down of the target to exit with 0, found 1');
    }
  }
  const registry = registryOf([a, b], [{ id: 'decap.a' }, { id: 'decap.b', setup: { underlayMtuBytes: 1400 } }]);
  const result = await runFake(registry, { testbed: new Stuck() });
  assert.is(resultOf(result, 'decap.a').verdict, 'pass');
  assert.match(result.stopped?.code ?? '', /TARGET_DOWN_FAILED/);
  assert.match(result.stopped?.reason ?? '', /expected down of the target/);
  assert.is(exitCodeOf(result), 3);
});

test.run();
