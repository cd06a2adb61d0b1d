import { concat, ICMPV4_TYPE, internetChecksum, writeUint16 } from '../../harness/packet/index.ts';
import { unless } from '../decap/vectors.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { icmp4 } from './area.ts';
import { expectSilenceOrUnreachable } from './judging.ts';
import { message, quoteOf, sentPackets, TRANSLATING, translatesAnyway, withoutOuterIpv4 } from './messages.ts';

const { DESTINATION_UNREACHABLE, TIME_EXCEEDED } = ICMPV4_TYPE;
const JUDGES_SOURCE = { alsoJudges: ['icmp6.error-source'], errors: 'expected' } as const;
const AS_IS = { ...JUDGES_SOURCE, notFor: withoutOuterIpv4 } as const;
const TRANSLATED = {
  ...JUDGES_SOURCE,
  variant: 'translated',
  setup: TRANSLATING,
  notFor: unless(withoutOuterIpv4, translatesAnyway),
} as const;

const INNER_BYTES = 100;
/** To two pods, to each of which a node need not send more errors at once. */
const AT_ONCE = 10;

/** One ICMPv4 error for each type and code, about a packet of its own, from a router that quotes all of it. */
const expectEachSilentOrUnreachable = async (
  t: TestContext,
  kinds: readonly { readonly type: number; readonly code: number }[],
): Promise<void> => {
  const packets = await sentPackets(
    t,
    kinds.map(() => INNER_BYTES),
  );
  const vectors = packets.flatMap((about, index) => {
    const kind = kinds[index];
    return kind === undefined ? [] : [{ about, error: message(t, 'a packet to N2', kind, quoteOf(about)) }];
  });
  for (let at = 0; at < vectors.length; at += AT_ONCE) {
    const some = vectors.slice(at, at + AT_ONCE);
    const seen = await t.exchange(...some.map(({ error }) => error));
    for (const { about, error } of some) expectSilenceOrUnreachable(t, seen, error, about);
  }
};

// RFC 4213 section 3.4: that the TTL ran out between the ends of the tunnel is, like every other error in there, an address that cannot be
// reached. As ICMPv6 Time Exceeded it would show IPv4 routers in a traceroute over what is one hop (section 3.3).
const judgeTimeExceeded = (t: TestContext): Promise<void> =>
  expectEachSilentOrUnreachable(t, [{ type: TIME_EXCEEDED, code: 0 }]);
icmp4.case('icmp4.time-exceeded', AS_IS, judgeTimeExceeded);
icmp4.case('icmp4.time-exceeded', TRANSLATED, judgeTimeExceeded);

/** Every code of Destination Unreachable but "fragmentation needed" (RFC 792, RFC 1812 section 5.2.7.1). */
const UNREACHABLE_CODES = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] as const;

// RFC 4213 section 3.4, RFC 5969 section 9: the other errors may become one ICMPv6 Destination Unreachable, code 3, to the source of the
// quoted packet, whatever the code of the ICMPv4 error was. What was sent is not sent again.
const judgeUnreachable = (t: TestContext): Promise<void> =>
  expectEachSilentOrUnreachable(
    t,
    UNREACHABLE_CODES.map((code) => ({ type: DESTINATION_UNREACHABLE, code })),
  );
icmp4.case('icmp4.translate-unreachable', AS_IS, judgeUnreachable);
icmp4.case('icmp4.translate-unreachable', TRANSLATED, judgeUnreachable);

/** An extension structure of version 2 with one MPLS label stack object (RFC 4884 section 7, RFC 4950 section 3). */
const extensions = (): Uint8Array => {
  const structure = Uint8Array.of(0x20, 0, 0, 0, 0, 8, 1, 1, 0x12, 0x34, 0x51, 0xff);
  writeUint16(structure, 2, internetChecksum(structure));
  return structure;
};

interface ExtendedQuote {
  readonly title: string;
  readonly innerBytes: number;
  /** Of the outer packet, filled up with zeros or cut off. */
  readonly quotedBytes: number;
  /** Whether the message says how long the quote is. */
  readonly hasLength: boolean;
}

/** RFC 4884 section 4.4: a message with extensions quotes at least 128 bytes, filled up with zeros. */
const EXTENDED_QUOTES: readonly ExtendedQuote[] = [
  { title: 'a long packet, 128 bytes of it with extensions', innerBytes: 300, quotedBytes: 128, hasLength: true },
  {
    title: 'a short packet, filled up with zeros before the extensions',
    innerBytes: 60,
    quotedBytes: 128,
    hasLength: true,
  },
  { title: 'a whole packet of 400 bytes with extensions', innerBytes: 400, quotedBytes: 440, hasLength: true },
  // RFC 4884 section 5 knows routers that append extensions after 128 bytes all the same.
  {
    title: 'a short packet, with extensions that no length announces',
    innerBytes: 60,
    quotedBytes: 128,
    hasLength: false,
  },
];

// RFC 4443 section 3.1, RFC 4884 sections 4 and 5: what a translated error quotes begins with the inner IPv6 header and consists of the bytes of that
// packet: no outer header, no filling, no extension.
const judgeQuoteContent = async (t: TestContext): Promise<void> => {
  const packets = await sentPackets(
    t,
    EXTENDED_QUOTES.map(({ innerBytes }) => innerBytes),
  );
  const vectors = packets.flatMap((about, index) => {
    const vector = EXTENDED_QUOTES[index];
    if (vector === undefined) return [];
    const { bytes, mark } = quoteOf(about);
    const quoted = new Uint8Array(vector.quotedBytes);
    quoted.set(bytes.subarray(0, vector.quotedBytes));
    const words = vector.hasLength ? vector.quotedBytes / 4 : 0;
    const fields = { type: DESTINATION_UNREACHABLE, code: 1, restOfHeader: words * 0x10000 };
    const error = message(t, vector.title, fields, { bytes: concat(quoted, extensions()), mark });
    return [{ about, error }];
  });
  const seen = await t.exchange(...vectors.map(({ error }) => error));
  for (const { about, error } of vectors) expectSilenceOrUnreachable(t, seen, error, about);
};
icmp4.case('icmp4.translated-quote-content', AS_IS, judgeQuoteContent);
icmp4.case('icmp4.translated-quote-content', TRANSLATED, judgeQuoteContent);
