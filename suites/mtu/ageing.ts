import { overheadBytes } from '../../harness/profile/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import { DYNAMIC, expectCarried, expectPacketTooBig, fullPacket, podPacket, tell } from './vectors.ts';

const LEARNED_BYTES = 1400;
/** When to ask again, in seconds after the message: as long as nothing larger may be tried... */
const KEPT_AFTER_SECONDS = [1, 10, 60, 150, 295];
/** ...and when the recommended ten minutes are over. */
const RECOVERED_AFTER_SECONDS = 660;

// RFC 1191 section 6.3: what a path MTU fell to is kept for at least 5 minutes, better 10, and then larger packets are tried again.
mtu.case(
  'mtu.learned-ageing',
  { setup: DYNAMIC, fresh: true, slow: true, waitSeconds: RECOVERED_AFTER_SECONDS },
  async (t) => {
    const packet = await fullPacket(t);
    if (packet === undefined) return;
    await tell(t, packet, LEARNED_BYTES);
    const limitBytes = LEARNED_BYTES - overheadBytes(t.profile);
    let elapsedSeconds = 0;
    for (const seconds of KEPT_AFTER_SECONDS) {
      await t.sleep((seconds - elapsedSeconds) * 1000);
      elapsedSeconds = seconds;
      await expectStillSmall(t, limitBytes, seconds);
    }
    await t.sleep((RECOVERED_AFTER_SECONDS - elapsedSeconds) * 1000);
    const again = {
      ...podPacket(t, t.tunnelMtuBytes),
      title: `pod packet of ${String(t.tunnelMtuBytes)} bytes ${String(RECOVERED_AFTER_SECONDS)} s after the message`,
    };
    expectCarried(t, await t.exchange(again), again, { outerPackets: 1 });
  },
);

const expectStillSmall = async (t: TestContext, limitBytes: number, seconds: number): Promise<void> => {
  const tooBig = {
    ...podPacket(t, t.tunnelMtuBytes, t.lab.n2, 1),
    title: `pod packet of ${String(t.tunnelMtuBytes)} bytes ${String(seconds)} s after the message`,
  };
  expectPacketTooBig(t, await t.exchange(tooBig), tooBig, limitBytes);
};
