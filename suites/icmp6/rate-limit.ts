import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from '../decap/vectors.ts';
import { takesWholePodLink } from '../mtu/vectors.ts';
import { icmp6 } from './area.ts';
import { PACKET_TOO_BIG, POD, TIME_EXCEEDED } from './vectors.ts';

const BURST = 200;
/** RFC 4443 names no number: what a second allows may be more than a burst of this many, and more than is usual is worth a word only. */
const USUAL_BURST = 50;
const FLOOD = 2000;
const LINK_BYTES = 1500;
/** Every limiter in use has something to give again after a second; a little more, so that no clock's edge decides. */
const REFILL_MS = 1100;

/** How many errors of a type there are about packets that were sent as fast as they go. */
const errorsAbout = async (t: TestContext, type: number, stimuli: readonly Stimulus[]): Promise<number> => {
  const seen = await t.exchange(...stimuli);
  return stimuli.filter((stimulus) => seen.icmpv6Errors(stimulus).some((error) => error.type === type)).length;
};

const times = (count: number, make: () => Stimulus): Stimulus[] => Array.from({ length: count }, make);

/** Some are reported. Whether any limit is there, a burst that a second may allow does not show. */
const expectLimited = (t: TestContext, what: string, errors: number, packets: number, usual: number): void => {
  const facts = `${String(errors)} errors about ${String(packets)} ${what}`;
  t.note(facts);
  t.expectEqual(`at least one error about ${String(packets)} ${what}:`, errors > 0, true);
  if (errors > usual)
    t.violation(`at most about ${String(usual)} errors about ${String(packets)} ${what}`, facts, { tolerated: true });
};

// RFC 4443 section 2.4 (f): a node limits the rate at which it originates errors, in a way that a burst (a traceroute) still gets its answers; path MTU
// discovery goes on under a flood of other errors. Packet Too Big is under the same clause, but is what the others must not starve: its share is noted.
icmp6.case('icmp6.rate-limit', { fresh: true, slow: true, notFor: takesWholePodLink }, async (t) => {
  const source = t.lab.n1.pod(POD.flood);
  const expired = (): Stimulus => named(t.fromPod({ source, hopLimit: 1 }), 'pod packet with hop limit 1');
  const tooBig = (): Stimulus => named(t.fromPod({ source, lengthBytes: LINK_BYTES }), 'pod packet of 1500 bytes');
  const { type: timeExceeded } = TIME_EXCEEDED;
  // Another case may have asked for as many just before.
  await t.sleep(REFILL_MS);

  const burst = await errorsAbout(t, timeExceeded, times(BURST, expired));
  expectLimited(t, 'packets with hop limit 1 in a burst', burst, BURST, USUAL_BURST);

  const flood = await errorsAbout(t, timeExceeded, times(FLOOD, expired));
  t.note(`${String(flood)} errors about ${String(FLOOD)} packets with hop limit 1 in a flood`);
  const limited = `errors about fewer than all of ${String(FLOOD)} packets with hop limit 1 (${String(flood)} came):`;
  t.expectEqual(limited, flood < FLOOD, true);
  if (flood >= FLOOD / 2 && flood < FLOOD)
    t.violation(`errors about fewer than half of ${String(FLOOD)} packets`, `${String(flood)} errors`, {
      tolerated: true,
    });
  const packetTooBig = await errorsAbout(t, PACKET_TOO_BIG, times(FLOOD, tooBig));
  t.note(`${String(packetTooBig)} Packet Too Big about ${String(FLOOD)} packets that are too big`);
  await t.sleep(REFILL_MS);
  // One budget for all errors may be spent by the flood, but has to have something again for path MTU discovery.
  const later = packetTooBig > 0 ? packetTooBig : await errorsAbout(t, PACKET_TOO_BIG, times(BURST, tooBig));
  t.expectEqual('at least one Packet Too Big within a second after the flood:', later > 0, true);
  if (packetTooBig === 0) await t.sleep(REFILL_MS);
  const again = await errorsAbout(t, timeExceeded, times(BURST, expired));
  expectLimited(t, 'packets with hop limit 1 a second later', again, BURST, USUAL_BURST);
});
