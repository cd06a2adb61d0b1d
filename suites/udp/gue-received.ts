import { build, gue, ipv4, payload, PROTOCOL, udp, type GueHeader } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectDroppedBeside } from '../decap/judging.ts';
import { named } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { datagramWith } from './datagrams.ts';
import { expectNotTaken, takenAs } from './refusals.ts';

const withHeader = (t: TestContext, what: string, header: Partial<GueHeader>): Stimulus =>
  named(t.fromTunnel({}, { gue: header }), `tunnel packet with ${what}`);

const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

/** Each flag alone and all together; every extension that a flag stands for has bytes, and there are none. */
const withFlags = (t: TestContext): Stimulus[] =>
  [...Array.from({ length: 16 }, (_, bit) => 1 << bit), 0xffff].map((flags) =>
    withHeader(t, `GUE flags ${hex(flags)} and no bytes for them`, { flags }),
  );

const withVariants = (t: TestContext): Stimulus[] =>
  [2, 3].flatMap((variant) => [
    withHeader(t, `GUE variant ${String(variant)}`, { variant }),
    withHeader(t, `GUE variant ${String(variant)} and a C bit`, { variant, control: true }),
    withHeader(t, `GUE variant ${String(variant)} and 31 words`, { variant, headerLength: 31 }),
  ]);

const withControl = (t: TestContext): Stimulus[] =>
  [PROTOCOL.IPV6, 0, 1, 255].map((protocol) =>
    withHeader(t, `a GUE control message of type ${String(protocol)}`, { control: true, protocol }),
  );

/** An IPv4 packet behind a header that says IPv6, and IPv6 behind one that says IPv4. */
const withWrongVersion = (t: TestContext): Stimulus[] => {
  const { n1, n2 } = t.lab;
  const mark = t.mark();
  const inIpv4 = build(
    ipv4({ source: n2.ipv4, destination: n1.ipv4 }),
    udp({ sourcePort: 41000, destinationPort: 41001 }),
    payload(t.tag(mark)),
  );
  return [
    withHeader(t, 'GUE protocol 4 in front of IPv6', { protocol: PROTOCOL.IPV4 }),
    {
      ...t.fromTunnel(inIpv4, { gue: { protocol: PROTOCOL.IPV6 } }),
      mark,
      title: 'IPv4 packet behind GUE protocol 41',
    },
  ];
};

/** Headers that are cut off or claim more words than there are bytes. */
const cutOff = (t: TestContext): Stimulus[] => [
  ...[0, 1, 3].map((lengthBytes) =>
    datagramWith(t, `datagram with ${String(lengthBytes)} bytes of a GUE header`, new Uint8Array(lengthBytes)),
  ),
  datagramWith(t, 'datagram with a GUE header and nothing behind it', build(gue({ protocol: PROTOCOL.IPV6 }))),
  withHeader(t, 'a GUE header of 31 words in a shorter datagram', { headerLength: 31 }),
  named(
    t.fromTunnel({}, { gue: { headerLength: 1 } }),
    'tunnel packet with a GUE header of one word that is the first of the inner header',
  ),
];

const plain = (t: TestContext): Stimulus =>
  named(t.fromTunnel({}, { gue: {} }), 'tunnel packet with a plain GUE header');

// draft-ietf-intarea-gue-09 sections 3.2 and 5: a variant, a flag or a control type that is not known, and a header too short for its
// flags, are reasons to drop. What is behind the header is what its protocol field says, whatever the first bits of it look like.
udpArea.case('udp.gue-invalid-dropped', async (t) => {
  const fields = Uint8Array.of(0, 0, 0, 0);
  const dropped = [
    ...withVariants(t),
    ...withFlags(t),
    withHeader(t, 'GUE flag 0x4000 and a word of zeros for it', { flags: 0x4000, fields }),
    ...withControl(t),
    ...withWrongVersion(t),
    ...cutOff(t),
  ];
  await expectDroppedBeside(t, [plain(t)], dropped);
  // A protocol that the node does not have may be answered as the underlay does.
  const unknown = [PROTOCOL.NO_NEXT_HEADER, 253].map((protocol) =>
    withHeader(t, `GUE protocol ${String(protocol)} in front of IPv6`, { protocol }),
  );
  const control = plain(t);
  const seen = await t.exchange(...unknown, control);
  t.expectDelivered(seen, control);
  for (const stimulus of unknown) expectNotTaken(t, stimulus, takenAs(t, seen, stimulus));
});
