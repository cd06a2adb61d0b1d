import {
  ah,
  destinationOptions,
  esp,
  fragmentHeader,
  hopByHopOptions,
  icmpv6EchoRequest,
  payload,
  PROTOCOL,
  routingHeader,
  tcp,
  udp,
  type Layer,
} from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { PodStimulusFields, TestContext } from '../../harness/tester/context.ts';
import { encap } from './area.ts';
import { expectCarriedUnchanged } from './judging.ts';

const PORTS = { sourcePort: 41000, destinationPort: 41001 };
/** Options that a node skips when it does not know them (RFC 8200 section 4.2). */
const SKIPPED_OPTION = Uint8Array.of(0x1e, 4, 1, 2, 3, 4);

/** One packet per chain of headers; every payload ends in random bytes. */
const headerChains = (t: TestContext): readonly (readonly [title: string, fields: PodStimulusFields])[] => {
  const random = (lengthBytes: number): Layer => payload(t.random.bytes(lengthBytes));
  const flowLabel = (): number => 1 + t.random.int(0xfffff);
  const chain = (title: string, ...layers: readonly Layer[]): readonly [string, PodStimulusFields] => [
    title,
    { layers, flowLabel: flowLabel(), trafficClass: t.random.int(256) },
  ];
  const upper = (title: string, nextHeader: number): readonly [string, PodStimulusFields] => [
    title,
    { layers: [random(37)], nextHeader, flowLabel: flowLabel(), trafficClass: 0xba },
  ];
  // RFC 8754 section 2: last entry, flags, tag, and one segment.
  const segments = new Uint8Array(20);
  segments.set(t.lab.n2.pod().bytes, 4);
  return [
    chain('TCP', tcp(PORTS), random(200)),
    chain('UDP', udp(PORTS), random(201)),
    chain('ICMPv6', icmpv6EchoRequest({ identifier: 1 }), random(64)),
    chain('Hop-by-Hop Options', hopByHopOptions({ options: SKIPPED_OPTION }), udp(PORTS), random(9)),
    chain('Destination Options', destinationOptions({ options: SKIPPED_OPTION }), udp(PORTS), random(10)),
    chain('Routing type 4', routingHeader({ routingType: 4, data: segments }), udp(PORTS), random(11)),
    chain(
      'Fragment',
      fragmentHeader({ moreFragments: true, identification: t.random.nextUint32() }),
      udp(PORTS),
      random(30),
    ),
    chain('later Fragment', fragmentHeader({ fragmentOffset: 100, nextHeader: PROTOCOL.UDP }), random(24)),
    chain('AH', ah({ spi: 0x1234, sequence: 1, icv: t.random.bytes(12) }), udp(PORTS), random(12)),
    chain('ESP', esp({ spi: 0x1234, sequence: 1 }), random(77)),
    chain(
      'Hop-by-Hop, Destination Options, Routing, Fragment, AH and TCP',
      hopByHopOptions(),
      destinationOptions(),
      routingHeader({ routingType: 4, data: segments }),
      fragmentHeader({ identification: 7 }),
      ah(),
      tcp(PORTS),
      random(5),
    ),
    upper('No Next Header with bytes behind it', PROTOCOL.NO_NEXT_HEADER),
    upper('protocol 253', PROTOCOL.EXPERIMENT),
    upper('protocol 4', PROTOCOL.IPV4),
    chain('wrong UDP checksum', udp({ ...PORTS, checksum: 0x1bad }), random(14)),
    chain('UDP checksum 0', udp({ ...PORTS, checksum: 0 }), random(15)),
    chain('wrong TCP checksum', tcp({ ...PORTS, checksum: 0x1bad }), random(16)),
    chain('wrong ICMPv6 checksum', icmpv6EchoRequest({ checksum: 0x1bad }), random(17)),
    chain('UDP Length 9 in a longer packet', udp({ ...PORTS, length: 9 }), random(18)),
    ['the largest packet', { lengthBytes: t.tunnelMtuBytes, trafficClass: 0xff, flowLabel: flowLabel() }],
    ['UDP and link padding', { trailer: new Uint8Array(12).fill(0xee), trafficClass: 0x29, flowLabel: flowLabel() }],
  ];
};

// RFC 4213 sections 3.1 and 3.6, RFC 8200 section 3, RFC 6437 section 2: the inner packet is carried as it came, from Traffic Class
// and flow label to a transport checksum that is wrong, with all its extension headers; only Hop Limit is lowered.
encap.case('encap.inner-unchanged', async (t) => {
  const stimuli = headerChains(t).map(([title, fields]) => ({
    ...t.fromPod(fields),
    title: `pod packet with ${title}`,
  }));
  await expectCarriedUnchanged(t, stimuli);
});

const JUNK = 0xee;

// RFC 4213 sections 3.1 and 3.5: what is encapsulated is the IPv6 packet, 40 bytes and its Payload Length; padding that the link
// needed stays on the link.
encap.case('encap.no-link-padding', async (t) => {
  const empty = { layers: [], nextHeader: PROTOCOL.NO_NEXT_HEADER, payload: new Uint8Array(0) };
  const vectors: readonly (readonly [title: string, fields: PodStimulusFields, trailerBytes: number])[] = [
    ['IPv6 header alone', empty, 6],
    ['IPv6 header alone', empty, 32],
    ['UDP packet', {}, 1],
    ['UDP packet', {}, 32],
    ['packet of 1279 bytes', { lengthBytes: 1279 }, 4],
  ];
  const stimuli = vectors.map(([title, fields, trailerBytes]) => ({
    ...t.fromPod({ ...fields, trailer: new Uint8Array(trailerBytes).fill(JUNK) }),
    title: `${title} and ${String(trailerBytes)} bytes of link padding`,
  }));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const packet = t.expectTunnelled(seen, stimulus);
    if (packet === undefined) continue;
    const { frame, inner, outer } = packet;
    const headerBytes = overheadBytes(t.profile);
    t.expectEqual(`Total Length (${stimulus.title})`, outer.totalLength, headerBytes + stimulus.inner.length, {
      frame,
    });
    t.expectEqual(`bytes encapsulated (${stimulus.title})`, inner.length, stimulus.inner.length, { frame });
  }
});
