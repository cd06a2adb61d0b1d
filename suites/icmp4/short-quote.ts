import { ICMPV4_TYPE } from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named, unless } from '../decap/vectors.ts';
import { icmp4 } from './area.ts';
import {
  icmp4Pod,
  message,
  quoteOf,
  sentPackets,
  TRANSLATING,
  translatesAnyway,
  withoutOuterIpv4,
} from './messages.ts';

const UNREACHABLE = { type: ICMPV4_TYPE.DESTINATION_UNREACHABLE, code: 1 } as const;
const INNER_BYTES = 100;
/** The inner IPv6 header, and the 8 bytes behind it by which a source knows its packet again. */
const ENOUGH_INNER_BYTES = 48;

/** Pod packets after the errors, of which the node may still report as many as it has heard errors. */
const PACKETS_AFTER = 12;

/** The packet goes on its way; that the node tells its pod what it had heard before is tolerated, as one Destination Unreachable, code 3. */
const expectStillCarried = (t: TestContext, seen: Seen, stimulus: Stimulus): void => {
  t.expectEqual(`tunnel packets for the ${stimulus.title}:`, seen.tunnelPackets(stimulus).length, 1);
  const errors = seen.icmpv6Errors(stimulus);
  t.expectEqual(`at most one ICMPv6 error about the ${stimulus.title}:`, errors.length <= 1, true);
  for (const { type, code, frame } of errors) {
    const kind = `type ${String(type)} code ${String(code)} on ${frame.port}`;
    t.expectEqual(`ICMPv6 error about the ${stimulus.title}:`, kind, 'type 1 code 3 on P', { frame });
  }
};

// RFC 4213 section 3.4, RFC 3056 section 7, RFC 1812 section 4.3.2.3: many routers quote the IPv4 header and 8 bytes. Where the quote does not
// reach behind the inner IPv6 header, nobody can be told, and nothing may be made up. What the node remembers of it is its own affair.
const judgeShortQuotes = async (t: TestContext): Promise<void> => {
  const overhead = overheadBytes(t.profile);
  const least = overhead + ENOUGH_INNER_BYTES;
  const lengths = [
    0,
    8,
    19,
    20,
    27,
    28,
    overhead + 8,
    overhead + 23,
    overhead + 24,
    overhead + 39,
    overhead + 40,
    59,
    67,
  ];
  const cuts = [...new Set([...lengths, least - 1])].filter((length) => length < least);
  const packets = await sentPackets(
    t,
    cuts.map(() => INNER_BYTES),
  );
  const errors = packets.flatMap((about, index) => {
    const length = cuts[index];
    const { bytes, mark } = quoteOf(about);
    if (length === undefined) return [];
    return [
      message(t, `a tunnel packet, of which it quotes ${String(length)} bytes`, UNREACHABLE, {
        bytes: bytes.subarray(0, length),
        mark,
      }),
    ];
  });
  const seen = await t.exchange(...errors);
  for (const error of errors) t.expectNothing(seen, error);

  const after = Array.from({ length: PACKETS_AFTER }, () =>
    named(t.fromPod({ source: icmp4Pod(t.lab) }), 'pod packet after the errors'),
  );
  const seenAfter = await t.exchange(...after);
  for (const stimulus of after) expectStillCarried(t, seenAfter, stimulus);
};

icmp4.case('icmp4.short-quote', { fresh: true, notFor: withoutOuterIpv4 }, judgeShortQuotes);
icmp4.case(
  'icmp4.short-quote',
  { variant: 'translated', setup: TRANSLATING, fresh: true, notFor: unless(withoutOuterIpv4, translatesAnyway) },
  judgeShortQuotes,
);
