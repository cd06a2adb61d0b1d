import { decode, findLayer, ICMPV4_TYPE, IPV6, IPV6_MINIMUM_MTU } from '../../harness/packet/index.ts';
import { isDeclared, type Profile } from '../../harness/profile/index.ts';
import type { Icmpv6Message, Seen, Stimulus, TestContext, TunnelPacket } from '../../harness/tester/context.ts';

const DESTINATION_UNREACHABLE = 1;
const ADDRESS_UNREACHABLE = 3;
const TIME_EXCEEDED = 3;

/** What a node that is declared to translate, or not to, makes of an ICMPv4 error; undefined where nobody has said anything. */
const declaredOf = ({ profile }: TestContext): Profile['switches']['icmp4Translate'] | undefined =>
  isDeclared(profile, 'icmp4Translate') ? profile.switches.icmp4Translate : undefined;

/**
 * What may become of an ICMPv4 error about a tunnel packet: nothing, or one ICMPv6 Destination Unreachable, code 3, to the pod that
 * sent the packet, from an address of the node, with bytes of the packet and nothing else. Where it is declared which of the two, that one.
 */
export const expectSilenceOrUnreachable = (t: TestContext, seen: Seen, error: Stimulus, about: TunnelPacket): void => {
  const [translated] = seen.icmpv6Errors(error);
  const declared = declaredOf(t);
  if (declared === 'none' || (declared === undefined && translated === undefined)) {
    t.expectNothing(seen, error);
    return;
  }
  const isLinuxReading = t.profile.switches.icmp4Translate === 'linux' && isTimeExceeded(error);
  if (isLinuxReading && translated !== undefined) {
    const legal = 'nothing, or ICMPv6 Destination Unreachable (type 1, code 3)';
    t.violation(legal, `ICMPv6 Time Exceeded about ${error.title}`, { frame: translated.frame, tolerated: true });
  }
  const expected = isLinuxReading
    ? { type: TIME_EXCEEDED, codes: [0] }
    : { type: DESTINATION_UNREACHABLE, codes: [ADDRESS_UNREACHABLE] };
  const judged = t.expectIcmpv6(seen, error, { ...expected, via: 'P' });
  if (judged !== undefined) judgeTranslation(t, judged, about);
};

/** The ICMPv4 message itself, right behind the outer header. */
const isTimeExceeded = ({ frame }: Stimulus): boolean =>
  findLayer(decode(frame), 'icmpv4')?.header.type === ICMPV4_TYPE.TIME_EXCEEDED;

const judgeTranslation = (t: TestContext, translated: Icmpv6Message, { inner, frame: about }: TunnelPacket): void => {
  const { lab } = t;
  const { body, frame, header } = translated;
  const pod = about.stimulus?.inner.subarray(IPV6.SOURCE, IPV6.SOURCE + 16);
  const receiver = header.destination.bytes.every((byte, index) => byte === pod?.[index])
    ? 'the pod'
    : header.destination.toString();
  t.expectEqual('receiver of the translated error:', receiver, 'the pod', { frame });
  const own = [lab.overlayAddress, lab.native.dutAddress].map(String);
  t.expectEqual('source of the translated error', header.source.toString(), own, {
    frame,
    requirement: 'icmp6.error-source',
  });
  t.expectEqual('ICMPv6 checksum good:', translated.checksumGood, true, { frame });
  t.expectEqual('at most 1280 bytes:', translated.packet.length <= IPV6_MINIMUM_MTU, true, { frame });
  t.expectBytes('quoted packet', body, inner.subarray(0, body.length), {
    frame,
    ignore: (offset) => offset === IPV6.HOP_LIMIT,
  });
};
