import { startMemoryNode } from '../../harness/node/memory/index.ts';
import { withClaimedExtras } from '../../harness/node/claimed-extras.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { SETUP_EXTRAS } from '../../harness/target/extras.ts';
import type { SetupChanges } from '../../harness/tester/context.ts';
import { planSetUp } from '../../harness/tester/set-up.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('target/extras');

const ASKING: readonly (readonly [(typeof SETUP_EXTRAS)[number], SetupChanges])[] = [
  ['second-tunnel', { secondTunnel: '6to4,privateV4=allow' }],
  ['tunnel-subnet', { tunnelSubnet: '2001:db8:45::/64' }],
  ['routes-into-tunnel', { routesIntoTunnel: ['10.1.0.0/16'] }],
  ['pod-mtu', { podMtu: 'chosen' }],
  ['logging', { logging: 'off' }],
];

/** What a target answers that claims some extras and could do them all. */
const answer = async (claimed: readonly (typeof SETUP_EXTRAS)[number][], changes: SetupChanges): Promise<string> => {
  const session = withClaimedExtras(await startMemoryNode(), claimed);
  try {
    const outcome = await session.up(planSetUp(session, parseProfile('overlay'), changes).setup);
    return outcome.kind === 'ready' ? 'ready' : outcome.reason;
  } finally {
    await session[Symbol.asyncDispose]();
  }
};

for (const [extra, changes] of ASKING) {
  test(`a target is asked for ${extra} only where it claims it`, async () => {
    assert.is(await answer([extra], changes), 'ready');
    assert.match(
      await answer(
        SETUP_EXTRAS.filter((other) => other !== extra),
        changes,
      ),
      `does not name ${extra}`,
    );
  });
}

test('nothing has to be claimed for an ordinary set-up, and every extra is asked for here', async () => {
  assert.is(await answer([], {}), 'ready');
  assert.equal(
    ASKING.map(([extra]) => extra),
    [...SETUP_EXTRAS],
  );
});

test.run();
