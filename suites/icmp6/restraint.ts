import { Ipv6Address } from '../../harness/address/index.ts';
import {
  destinationOptions,
  hopByHopOptions,
  icmpv6,
  ICMPV4_TYPE,
  ICMPV6_TYPE,
  MacAddress,
  PROTOCOL,
  redirect,
  udp,
  type Layer,
} from '../../harness/packet/index.ts';
import type { AllowedIcmpv6, Icmpv6Expectation, Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named, unless, words } from '../decap/vectors.ts';
import { forgedQuote, message, TRANSLATING, translatesAnyway, withoutOuterIpv4 } from '../icmp4/messages.ts';
import { icmp6 } from './area.ts';
import { nowhere, PACKET_TOO_BIG, POD, TIME_EXCEEDED } from './vectors.ts';

const LINK_BYTES = 1500;
const UDP_PORTS = { sourcePort: 41_000, destinationPort: 41_001 };

/** A packet that differs from those before only in that it may be reported: where it is not, silence about the others says nothing. */
const expectReported = (t: TestContext, seen: Seen, control: Stimulus, error: Icmpv6Expectation): void => {
  const reported = seen.icmpv6Errors(control).some(({ type }) => type === error.type);
  if (!reported) t.doubt(`Silence proves nothing: there is no ICMPv6 error about the ${control.title} either`);
};

interface Vector {
  readonly stimulus: Stimulus;
  readonly allow?: readonly AllowedIcmpv6[];
}

const toGroup = (
  t: TestContext,
  group: string,
  fields: Parameters<TestContext['fromPod']>[0],
  title: string,
): Stimulus => {
  const destination = Ipv6Address.parse(group);
  const source = t.lab.n1.pod(POD.restraint);
  const packet = { source, destination, ethernetDestination: MacAddress.forIpv6Multicast(destination), ...fields };
  return named(t.fromPod(packet), `${title} to ${group}`);
};

const hopByHop = (type: number): readonly Layer[] => [
  hopByHopOptions({ options: Uint8Array.of(type, 4, 0, 0, 0, 0) }),
  udp(UDP_PORTS),
];

// RFC 4443 section 2.4 (e.3) to (e.6): a packet to a group is not reported, since every member would; nor is one whose source does not name one node.
// Packet Too Big, and Parameter Problem code 2 where the option asks for it, are excepted for groups.
icmp6.case('icmp6.no-error-multicast', { errors: 'expected' }, async (t) => {
  const { lab } = t;
  const asPod = { ethernetSource: lab.macOf(lab.n1.pod(POD.restraint)) };
  const tooBig = [{ type: PACKET_TOO_BIG }];
  const groups: Vector[] = words('ff0e::1 ff05::2 ff3e::4321').flatMap((group) => [
    { stimulus: toGroup(t, group, { hopLimit: 1 }, 'pod packet with hop limit 1') },
    { stimulus: toGroup(t, group, {}, 'pod packet') },
    { stimulus: toGroup(t, group, { lengthBytes: LINK_BYTES }, 'pod packet of 1500 bytes'), allow: tooBig },
  ]);
  const options: Vector[] = [
    {
      stimulus: toGroup(t, 'ff0e::1', { layers: hopByHop(0x9e) }, 'pod packet with an option to be reported always'),
      allow: [{ type: 4, codes: [2] }],
    },
    {
      stimulus: toGroup(
        t,
        'ff0e::1',
        { layers: hopByHop(0xde) },
        'pod packet with an option to be reported off groups',
      ),
    },
  ];
  // The node itself is a member, and nothing listens there.
  const own: Vector[] = [
    { stimulus: toGroup(t, 'ff02::1', { hopLimit: 255 }, 'pod packet with UDP for a closed port') },
    {
      stimulus: toGroup(
        t,
        'ff02::2',
        { layers: [], nextHeader: PROTOCOL.EXPERIMENT },
        'pod packet with next header 253',
      ),
    },
  ];
  const sources: Vector[] = words(':: ff02::1 ff0e::1 ::1').flatMap((text) => {
    const source = Ipv6Address.parse(text);
    const to = (fields: Parameters<TestContext['fromPod']>[0], title: string): Vector => ({
      stimulus: named(t.fromPod({ source, ...asPod, ...fields }), `${title} from ${text}`),
    });
    return [
      to({ hopLimit: 1 }, 'packet with hop limit 1'),
      to({ destination: nowhere(lab) }, 'packet to a destination without a route'),
      to({ lengthBytes: LINK_BYTES }, 'packet of 1500 bytes'),
      { stimulus: named(t.fromTunnel({ source, hopLimit: 1 }), `tunnel packet with hop limit 1 from ${text}`) },
    ];
  });
  const fromTunnel = { destination: Ipv6Address.parse('ff0e::1'), hopLimit: 1 };
  const arriving: Vector[] = [
    { stimulus: named(t.fromTunnel(fromTunnel), 'tunnel packet with hop limit 1 to ff0e::1') },
  ];
  const control = named(
    t.fromPod({ source: lab.n1.pod(POD.control), hopLimit: 1 }),
    'pod packet with hop limit 1 to N2',
  );

  const vectors = [...groups, ...options, ...own, ...sources, ...arriving];
  const seen = await t.exchange(...vectors.map(({ stimulus }) => stimulus), control);
  for (const { stimulus, allow } of vectors) t.expectNothing(seen, stimulus, allow === undefined ? {} : { allow });
  expectReported(t, seen, control, { ...TIME_EXCEEDED, via: 'P' });
});

/** Error messages, known and not yet known, and Redirect (RFC 4443 section 2.1). */
const UNREPORTABLE = [1, 2, 3, 4, 100, 127, ICMPV6_TYPE.REDIRECT] as const;

const ofType = (type: number): readonly Layer[] =>
  type === ICMPV6_TYPE.REDIRECT ? [redirect({ target: 'fe80::99', destination: 'fd77::9' })] : [icmpv6({ type })];

// RFC 4443 section 2.4 (e.1) and (e.2): nobody is told of an ICMPv6 error or Redirect that could not be delivered, whatever the reason, or two nodes could go on
// for ever. An echo request is reported as every packet is.
icmp6.case('icmp6.no-error-on-error', { errors: 'expected' }, async (t) => {
  const { lab } = t;
  const isTooBig = LINK_BYTES > t.tunnelMtuBytes;
  const vectors = UNREPORTABLE.flatMap((type, index) => {
    const source = lab.n1.pod(POD.restraint);
    const what = `ICMPv6 type ${String(type)}`;
    const layers = ofType(type);
    const behindOptions = [destinationOptions({ options: Uint8Array.of(1, 4, 0, 0, 0, 0) }), ...layers];
    return [
      named(t.fromPod({ source, layers, hopLimit: 1 }), `${what} from a pod with hop limit 1`),
      named(
        t.fromPod({ source, layers: behindOptions, hopLimit: 1 }),
        `${what} behind options, from a pod with hop limit 1`,
      ),
      named(
        t.fromPod({ source, layers, destination: nowhere(lab) }),
        `${what} from a pod to a destination without a route`,
      ),
      ...(isTooBig
        ? [named(t.fromPod({ source, layers, lengthBytes: LINK_BYTES }), `${what} of 1500 bytes from a pod`)]
        : []),
      named(
        t.fromTunnel({ source: lab.n2.pod(index), layers, hopLimit: 1 }),
        `${what} from the tunnel with hop limit 1`,
      ),
    ];
  });
  const echo = { source: lab.n1.pod(POD.control), layers: ofType(ICMPV6_TYPE.ECHO_REQUEST) };
  const control = named(t.fromPod({ ...echo, hopLimit: 1 }), 'echo request from a pod with hop limit 1');
  const seen = await t.exchange(...vectors, ...quotingErrors(t), control);
  for (const stimulus of seen.stimuli) if (stimulus !== control) t.expectNothing(seen, stimulus);
  expectReported(t, seen, control, { ...TIME_EXCEEDED, via: 'P' });
});

/** ICMPv4 errors from a router about ICMPv6 errors of pods in the tunnel. */
const quotingErrors = (t: TestContext): Stimulus[] =>
  UNREPORTABLE.flatMap((type) =>
    [
      { type: ICMPV4_TYPE.DESTINATION_UNREACHABLE, code: 1 },
      { type: ICMPV4_TYPE.TIME_EXCEEDED, code: 0 },
    ].map((kind) =>
      message(
        t,
        `a tunnel packet with ICMPv6 type ${String(type)}`,
        kind,
        forgedQuote(t, { inner: { layers: ofType(type) } }),
      ),
    ),
  );

// The same where the node turns ICMPv4 errors into ICMPv6 ones (RFC 4213 section 3.4).
icmp6.case(
  'icmp6.no-error-on-error',
  {
    variant: 'translated',
    setup: TRANSLATING,
    errors: 'forbidden',
    notFor: unless(withoutOuterIpv4, translatesAnyway),
  },
  async (t) => {
    await t.expectSilence(quotingErrors(t));
  },
);
