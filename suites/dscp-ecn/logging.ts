import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { growthOf } from '../counters.ts';
import { dscpEcn } from './area.ts';

const PACKETS = 1000;
/** Far below one line per packet, and far above what a rate limit lets through in the time that the packets take. */
const BOUNDED_LINES = 100;
const CONGESTION_EXPERIENCED = 3;
/** After as long as this a rate limit lets lines through again. */
const LIMIT_INTERVAL_MS = 6000;

/** The inner packet cannot say that it met congestion, so nobody should have marked the outer one. */
const congested = (t: TestContext): Stimulus[] =>
  Array.from({ length: PACKETS }, () => t.fromTunnel({ trafficClass: 0 }, { outer: { tos: CONGESTION_EXPERIENCED } }));

// RFC 6040 section 4.2: a combination that is not in use is worth a line of log, at a limited rate, and nothing where nobody wants it.
dscpEcn.case(
  'dscp-ecn.egress-logging',
  {
    slow: true,
    waitSeconds: (2 * LIMIT_INTERVAL_MS) / 1000,
    notFor: ({ switches }) =>
      switches.ecnDecap === 'off' ? 'ecnDecap=off: the decapsulator does not look at the outer ECN field' : undefined,
  },
  async (t) => {
    const logged = (): Promise<number | null> =>
      growthOf(t, 'ecnAnomaliesLogged', async () => t.expectSilence(congested(t)));
    let lines = await logged();
    if (lines === 0) {
      // One limit may serve everything that a node logs, and what went before may have spent it.
      await t.sleep(LIMIT_INTERVAL_MS);
      lines = await logged();
    }
    if (lines === null || lines === 0) {
      t.violation('a line of log', lines === null ? 'no log' : `none after ${String(PACKETS)} packets`);
    } else {
      t.expectEqual(
        `more than ${String(BOUNDED_LINES)} lines of log (there are ${String(lines)}):`,
        lines > BOUNDED_LINES,
        false,
      );
    }
    await t.restart({ logging: 'off' });
    // Long enough for a limit to let lines through again, if there were any.
    await t.sleep(LIMIT_INTERVAL_MS);
    const suppressed = await logged();
    t.expectEqual('lines of log while logging is off:', suppressed ?? 0, 0);
  },
);
