import { Ipv6Address } from '../../harness/address/index.ts';
import type {
  InnerFields,
  Seen,
  SeenFrame,
  Stimulus,
  TestContext,
  TunnelStimulusFields,
} from '../../harness/tester/context.ts';
import { echoLayers, ipv4, named, outsideAddress } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { tunnelPort } from './datagrams.ts';
import { expectNotTaken, takenAs } from './refusals.ts';

/** A tunnel packet that the checks refuse, apart from its framing. */
interface Vector {
  readonly title: string;
  readonly inner?: InnerFields;
  readonly outer?: TunnelStimulusFields;
}

const NOT_ECT = 0;
const OUTER_CE = { tos: 3 } as const;

/** What every overlay refuses, embedding or configured. */
const commonVectors = ({ lab }: TestContext): Vector[] => [
  ...['::1', '::192.0.2.1', '::ffff:10.0.0.2', 'ff02::1'].map((text) => ({
    title: `inner source ${text}`,
    inner: { source: Ipv6Address.parse(text) },
  })),
  {
    title: 'outer CE on an inner packet that is not ECN capable',
    inner: { trafficClass: NOT_ECT },
    outer: { outer: OUTER_CE },
  },
  { title: 'inner version 4', inner: { version: 4 } },
  { title: 'an inner Payload Length beyond the datagram', inner: { payloadLength: 1000 } },
  { title: 'a frame for another station', outer: { ethernetDestination: lab.macOf(lab.n3.ipv4) } },
  ...['127.0.0.1', '224.0.0.1', '255.255.255.255', '0.0.0.0'].map((text) => ({
    title: `outer source ${text}`,
    outer: { from: ipv4(text) },
  })),
  { title: "outer source of the DUT's own", outer: { from: lab.n1.ipv4 } },
  { title: 'outer destination 255.255.255.255', outer: { to: ipv4('255.255.255.255') } },
  { title: 'the broadcast address of the segment as outer destination', outer: { to: lab.subnetBroadcast } },
  { title: 'outer destination 224.0.0.1', outer: { to: ipv4('224.0.0.1') } },
  { title: "N3's address as outer destination", outer: { to: lab.n3.ipv4 } },
];

/** What an overlay refuses that embeds IPv4 addresses. */
const embeddingVectors = ({ lab, profile }: TestContext): Vector[] => {
  const elsewhere = lab.n3.pod();
  const outside = outsideAddress(lab);
  const fromOutside =
    profile.switches.nativeInnerSrc === 'accept'
      ? []
      : [{ title: 'an inner source outside the overlay', inner: { source: outside } }];
  return [
    { title: 'an inner source of N3, from N2', inner: { source: elsewhere } },
    { title: 'an inner source of N2, from N3', outer: { from: lab.n3.ipv4 } },
    { title: "an inner source of the DUT's own prefix", inner: { source: lab.n1.pod(1) } },
    { title: 'an inner destination of N3', inner: { destination: elsewhere } },
    { title: 'an inner destination of N2', inner: { destination: lab.n2.pod() } },
    { title: 'inner destination ff02::1', inner: { destination: Ipv6Address.parse('ff02::1') } },
    { title: 'inner destination fe80::1', inner: { destination: Ipv6Address.parse('fe80::1') } },
    { title: 'both inner addresses outside the overlay', inner: { source: outside, destination: outside } },
    {
      title: 'an inner source that embeds the broadcast address of the segment',
      inner: { source: lab.node(lab.subnetBroadcast).pod() },
      outer: { from: lab.subnetBroadcast },
    },
    ...fromOutside,
  ];
};

/** What a configured tunnel refuses: everybody but its remote end. */
const configuredVectors = ({ lab }: TestContext): Vector[] => [
  { title: 'outer source N3, which is not the remote end', outer: { from: lab.n3.ipv4 } },
  { title: 'outer source of a gateway', outer: { from: lab.underlay.gatewayA } },
];

const vectorsOf = (t: TestContext): Vector[] => {
  const vectors = [...commonVectors(t), ...(t.lab.map === undefined ? configuredVectors(t) : embeddingVectors(t))];
  // The node's own stack is behind the same checks as its pods.
  const toSelf = vectors.flatMap((vector) =>
    vector.inner?.destination === undefined
      ? [
          {
            ...vector,
            title: `${vector.title}, an echo request to the DUT inside`,
            inner: { ...vector.inner, destination: t.lab.overlayAddress, layers: echoLayers() },
          },
        ]
      : [],
  );
  return [...vectors, ...toSelf];
};

const stimulusOf = (t: TestContext, { title, inner, outer }: Vector, sourcePort: number): Stimulus =>
  named(
    t.fromTunnel(inner ?? {}, { ...outer, udp: { sourcePort } }),
    `tunnel packet with ${title}, from UDP port ${String(sourcePort)}`,
  );

/** What came of a packet apart from errors about it, which a node may limit in number, so that they differ from run to run. */
const consequences = (t: TestContext, seen: Seen, stimulus: Stimulus): readonly SeenFrame[] => {
  const errors = seen.icmpv6Errors(stimulus).flatMap(({ frame, tunnel }) => tunnel?.frames ?? [frame]);
  return takenAs(t, seen, stimulus).filter((frame) => !errors.includes(frame));
};

/** Those of the vectors, by their places, that come through in protocol 41 as well; undefined where the target has no protocol 41. */
const takenInProtocol41 = async (t: TestContext): Promise<ReadonlySet<number> | undefined> => {
  const { refused } = await t.tryRestart({ profileText: `${t.profile.text},encap=proto41` });
  if (refused !== undefined) return undefined;
  const stimuli = vectorsOf(t).map((vector) => stimulusOf(t, vector, 0));
  const control = named(t.fromTunnel(), 'valid tunnel packet in protocol 41');
  const seen = await t.exchange(...stimuli, control);
  t.expectDelivered(seen, control);
  return new Set(stimuli.flatMap((stimulus, index) => (consequences(t, seen, stimulus).length > 0 ? [index] : [])));
};

// RFC 4213 section 3.6, RFC 3964 section 5.2, RFC 5969 section 9.2: taking UDP away is all that is different. Every check of addresses,
// pairs and congestion marks holds behind it as in protocol 41, whatever UDP port the packet comes from: a port authenticates nobody.
udpArea.case('udp.checks-unchanged', async (t) => {
  const ports = [tunnelPort(t.profile), 50041];
  const sent = ports.flatMap((port) =>
    vectorsOf(t).map((vector, index) => ({ index, stimulus: stimulusOf(t, vector, port) })),
  );
  const controls = ports.map((sourcePort) =>
    named(t.fromTunnel({}, { udp: { sourcePort } }), `valid tunnel packet from UDP port ${String(sourcePort)}`),
  );
  const seen = await t.exchange(...sent.map(({ stimulus }) => stimulus), ...controls);
  for (const control of controls) t.expectDelivered(seen, control);
  const leaks: { readonly index: number; readonly stimulus: Stimulus; readonly taken: readonly SeenFrame[] }[] = [];
  for (const { index, stimulus } of sent) {
    const taken = consequences(t, seen, stimulus);
    if (taken.length === 0) expectNotTaken(t, stimulus, taken);
    else leaks.push({ index, stimulus, taken });
  }
  if (leaks.length === 0) return;
  // What the checks of this DUT let pass in any framing is for the requirements of those checks to say.
  const alsoTaken = await takenInProtocol41(t);
  for (const { index, stimulus, taken } of leaks) {
    if (alsoTaken?.has(index) === true) t.note(`${stimulus.title}: not refused in protocol 41 either`);
    else expectNotTaken(t, stimulus, taken);
  }
});
