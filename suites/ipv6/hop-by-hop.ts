import { Ipv6Address } from '../../harness/address/index.ts';
import { hopByHopOptions, IPV6, MacAddress, udp } from '../../harness/packet/index.ts';
import { isDeclared } from '../../harness/profile/index.ts';
import type { InnerFields, Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { ipv6 } from './area.ts';

/** The two highest bits of an option's type say what a node does that processes the options and does not know this one. */
const OPTIONS = [
  { what: 'PadN', type: 0x01, action: 'pass' },
  { what: 'an unknown option of class 00', type: 0x1e, action: 'pass' },
  { what: 'an unknown option of class 01', type: 0x5e, action: 'drop' },
  { what: 'an unknown option of class 10', type: 0x9e, action: 'report' },
  { what: 'an unknown option of class 11', type: 0xde, action: 'report' },
] as const;

const UDP_PORTS = { sourcePort: 41000, destinationPort: 41001 };
const PARAMETER_PROBLEM = 4;
const UNRECOGNIZED_OPTION = 2;
const POINTER_TO_OPTION = IPV6.HEADER_LENGTH + 2;

const withOption = (type: number): InnerFields => ({
  layers: [hopByHopOptions({ options: Uint8Array.of(type, 4, 0, 0, 0, 0) }), udp(UDP_PORTS)],
});

const expectPassed = (t: TestContext, seen: Seen, stimulus: Stimulus): void => {
  const passed = stimulus.port === 'P' ? t.expectTunnelled(seen, stimulus) : t.expectDelivered(seen, stimulus);
  if (passed === undefined) return;
  const bytes = 'packet' in passed ? passed.packet : passed.inner;
  t.expectBytes(`packet (${stimulus.title})`, bytes, stimulus.inner, {
    frame: passed.frame,
    ignore: (offset) => offset === IPV6.HOP_LIMIT,
  });
};

/** Where nobody has said that it ignores the options, a node may process them all the same; then that is what it is judged by. */
const isProcessed = (
  t: TestContext,
  seen: Seen,
  vectors: readonly { readonly action: string; readonly stimulus: Stimulus }[],
): boolean => {
  if (isDeclared(t.profile, 'hopByHop')) return false;
  const reported = vectors.some(
    ({ action, stimulus }) => action === 'report' && seen.icmpv6Errors(stimulus).length > 0,
  );
  if (reported) t.note('hopByHop=ignore is the default of the profile; the node processes the options');
  return reported;
};

const judge = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const vectors = OPTIONS.flatMap(({ what, type, action }, index) => [
    {
      action,
      stimulus: {
        ...t.fromPod({ ...withOption(type), source: lab.n1.pod(index % 4) }),
        title: `pod packet with ${what}`,
      },
    },
    {
      action,
      stimulus: {
        ...t.fromTunnel({ ...withOption(type), source: lab.n2.pod(index) }),
        title: `tunnel packet with ${what}`,
      },
    },
  ]);
  const group = Ipv6Address.parse('ff0e::4141');
  const toGroup = {
    ...t.fromPod({ ...withOption(0xde), destination: group, ethernetDestination: MacAddress.forIpv6Multicast(group) }),
    title: 'pod packet to a group with an unknown option of class 11',
  };
  const seen = await t.exchange(...vectors.map(({ stimulus }) => stimulus), toGroup);
  const processes = t.profile.switches.hopByHop === 'process' || isProcessed(t, seen, vectors);
  for (const { action, stimulus } of vectors) {
    if (!processes || action === 'pass') expectPassed(t, seen, stimulus);
    else if (action === 'drop') t.expectNothing(seen, stimulus);
    else {
      t.expectIcmpv6(seen, stimulus, {
        type: PARAMETER_PROBLEM,
        codes: [UNRECOGNIZED_OPTION],
        parameter: POINTER_TO_OPTION,
        via: stimulus.port === 'P' ? 'P' : lab.n2.ipv4,
      });
    }
  }
  t.expectNothing(seen, toGroup);
};

// RFC 8200 sections 4 and 4.2: a router on the way either looks at the Hop-by-Hop Options, and then does what the class of an unknown
// option says, or does not look at them, and then they all pass. It is the same router for packets of either direction.
ipv6.case('ipv6.hop-by-hop', { errors: 'expected' }, judge);
ipv6.case(
  'ipv6.hop-by-hop',
  { variant: 'process', setup: { switches: { hopByHop: 'process' } }, errors: 'expected' },
  judge,
);
