import type { Ipv4Address } from '../../harness/address/index.ts';
import { build, ETHERNET, ipv4, payload, PROTOCOL, type Ipv4Header } from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext, TunnelPacket } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import {
  DYNAMIC,
  fragmentationNeededWith,
  expectCarried,
  expectPacketTooBig,
  fullPacket,
  podPacket,
} from './vectors.ts';

const CLAIMED_BYTES = 1300;
const QUOTED_PAYLOAD_BYTES = 64;
const IPV4_HEADER_BYTES = 20;

/** "Fragmentation needed" about a packet like one that the DUT has sent, but for these fields of its IPv4 header. */
const claim = (t: TestContext, sent: TunnelPacket, changes: Partial<Ipv4Header>, what: string): Stimulus => {
  const { source, destination, identification, ttl, protocol, totalLength, dontFragment } = sent.outer;
  const body = sent.frame.bytes.subarray(ETHERNET.HEADER_LENGTH + IPV4_HEADER_BYTES).subarray(0, QUOTED_PAYLOAD_BYTES);
  const fields = { source, destination, identification, ttl, protocol, totalLength, dontFragment, ...changes };
  const quoted = build(ipv4(fields), payload(body));
  return fragmentationNeededWith(t, sent, CLAIMED_BYTES, quoted, `"fragmentation needed" that quotes ${what}`);
};

/** Whether a packet of the full tunnel MTU still reaches N2 in one piece. */
const stillLarge = async (t: TestContext): Promise<boolean> => {
  const probe = podPacket(t, t.tunnelMtuBytes);
  return (await t.exchange(probe)).tunnelPackets(probe).some(({ frames }) => frames.length === 1);
};

// RFC 4213 section 3.4, RFC 5927 section 4.2, RFC 8201 section 4: a message that quotes no tunnel packet of the node says nothing of any
// path. What quotes the right addresses can hardly be told from a true message, so the rest is only recorded.
mtu.case('mtu.quote-validated', { setup: DYNAMIC, fresh: true }, async (t) => {
  const { lab } = t;
  const sent = await fullPacket(t);
  if (sent === undefined) return;
  const ignored = [
    claim(t, sent, { source: lab.underlay.gatewayB }, 'a packet of somebody else'),
    claim(t, sent, { protocol: PROTOCOL.TCP }, 'a TCP segment'),
    claim(t, sent, { protocol: PROTOCOL.ICMPV4 }, 'an ICMPv4 message'),
    claim(t, sent, { destination: neverAddressed(t) }, 'a packet to a node that was never addressed'),
    // The one that is taken for true most easily comes last: what it changes stays.
    claim(t, sent, { source: lab.underlay.dutSecondary }, 'a packet from the second own IPv4 address'),
  ];
  for (const message of ignored) {
    await t.expectSilence(message, { allow: [{ type: 2 }] });
    const probe = {
      ...podPacket(t, t.tunnelMtuBytes),
      title: `pod packet of the full tunnel MTU after a ${message.title}`,
    };
    expectCarried(t, await t.exchange(probe), probe, { outerPackets: 1 });
  }
  const short = claim(t, sent, { totalLength: CLAIMED_BYTES - 100 }, 'a packet that is smaller than the MTU it names');
  await t.exchange(short);
  t.note(`After a ${short.title} the full tunnel MTU ${(await stillLarge(t)) ? 'still passes' : 'no longer passes'}`);

  // A true message is believed, so the silence before was not that of a DUT that hears none.
  const limitBytes = CLAIMED_BYTES - overheadBytes(t.profile);
  await t.exchange(claim(t, sent, {}, 'a packet that the DUT has sent'));
  const tooBig = {
    ...podPacket(t, t.tunnelMtuBytes, lab.n2, 1),
    title: 'pod packet of the full tunnel MTU after a true message',
  };
  expectPacketTooBig(t, await t.exchange(tooBig), tooBig, Math.max(limitBytes, 1280));
});

const neverAddressed = ({ lab }: TestContext): Ipv4Address => lab.underlay.behindA?.at(78) ?? lab.underlay.unassigned;
