import { ICMPV4_TYPE } from '../../harness/packet/index.ts';
import { growthOf } from '../counters.ts';
import { icmp4 } from './area.ts';
import { message, quoteOf, sentPackets, withoutOuterIpv4 } from './messages.ts';

const CODES = [0, 1, 2, 3, 13] as const;

// RFC 4213 section 3.4: whatever else becomes of errors about tunnel packets, somebody who looks for the reason of lost packets finds a trace of them: a
// counter that has grown, or lines of log.
icmp4.case('icmp4.logged', { notFor: withoutOuterIpv4 }, async (t) => {
  const packets = await sentPackets(
    t,
    CODES.map(() => 100),
  );
  const errors = packets.map((about, index) =>
    message(
      t,
      'a packet to N2',
      { type: ICMPV4_TYPE.DESTINATION_UNREACHABLE, code: CODES[index] ?? 1 },
      quoteOf(about),
    ),
  );
  const growth = await growthOf(t, 'icmpv4Errors', async () => t.exchange(...errors));
  const trace = growth === null ? 'none: no such counter' : growth > 0 ? 'some' : 'none: the counter has not grown';
  t.expectEqual(`trace of ${String(errors.length)} ICMPv4 errors about tunnel packets:`, trace, 'some');
});
