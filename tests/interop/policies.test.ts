import { ipv4DontFragment } from '../../harness/packet/ipv4.ts';
import { ETHERNET } from '../../harness/packet/ethernet.ts';
import { isIpv4Frame } from '../../harness/tester/outer-packet.ts';
import type { Side } from '../../harness/interop/result.ts';
import { assert, suite } from '../support/suite.ts';
import { play } from './support.ts';

const test = suite('interop/policies');

test('each end is set up and judged by what its own target declares', async () => {
  const outcome = await play({ profile: '6to4', policies: { mtuMode: 'dynamic' } });
  assert.equal(outcome.findings, []);
  const flagsOf = (side: Side): ReadonlySet<boolean> =>
    new Set(
      outcome.links.frames
        .filter((frame) => frame.side === side && frame.port === 'U' && frame.direction === 'outbound')
        .filter(({ bytes }) => isIpv4Frame(bytes))
        .map(({ bytes }) => ipv4DontFragment(bytes, ETHERNET.HEADER_LENGTH)),
    );
  // RFC 4213 section 3.2.2: only with a dynamic MTU does the outer packet of a large one forbid fragments.
  assert.equal([...flagsOf('n1')], [false]);
  assert.ok(flagsOf('n2').has(true));
});

test.run();
