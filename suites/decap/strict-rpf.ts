import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { expectDroppedBeside } from './judging.ts';
import { named } from './vectors.ts';

/** A valid packet from N2 that comes in by the second underlay port, although the route to N2 leads out by the first. */
const onWrongPort = (t: TestContext): Stimulus =>
  named(
    { ...t.fromTunnel({}, { ethernetDestination: t.lab.macs.dut.U2 }), port: 'U2' },
    'valid tunnel packet from N2 that comes in by the second underlay port',
  );

const judge = async (t: TestContext): Promise<void> => {
  const control = named(t.fromTunnel(), 'the same packet by the first underlay port');
  const stimulus = onWrongPort(t);
  if (t.profile.switches.strictRpf === 'on') {
    await expectDroppedBeside(t, [control], [stimulus]);
    return;
  }
  const seen = await t.exchange(stimulus, control);
  t.expectDelivered(seen, stimulus);
  t.expectDelivered(seen, control);
};

// RFC 4213 section 3.6: a node may check that a packet comes in by the port that its own packets to the sender take, but not unless
// somebody has asked for it; what the check catches is dropped without an ICMP message.
decap.case('decap.strict-rpf-off', { setup: { secondUnderlayPort: true } }, judge);
decap.case(
  'decap.strict-rpf-off',
  { variant: 'on', setup: { secondUnderlayPort: true, switches: { strictRpf: 'on' } } },
  judge,
);
