import { fragmentHeader, tcp, udp, type Layer } from '../../harness/packet/index.ts';
import type { Profile } from '../../harness/profile/index.ts';
import type { PodStimulusFields, Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { outerUdp, tunnelPort } from './datagrams.ts';

const FIRST_DYNAMIC_PORT = 49152;

interface Sent {
  readonly port: number;
  readonly frame: SeenFrame;
}

/** UDP source ports of the tunnel packets for some stimuli; what is not encapsulated is recorded as a violation. */
const sourcePorts = (t: TestContext, seen: Seen, stimuli: readonly Stimulus[]): Sent[] =>
  stimuli.flatMap((stimulus) => {
    const packet = t.expectTunnelled(seen, stimulus);
    const datagram = packet === undefined ? undefined : outerUdp(packet.frame.bytes);
    return packet === undefined || datagram === undefined
      ? []
      : [{ port: datagram.header.sourcePort, frame: packet.frame }];
  });

const distinct = (sent: readonly Sent[]): number => new Set(sent.map(({ port }) => port)).size;

const isFixed = ({ switches }: Profile): string | undefined =>
  switches.sourcePort === 'fixed' ? 'sourcePort=fixed: the port says nothing of flows' : undefined;

const FLOWS = 200;
/** Two hundred draws from the 16384 ports of the range give 198.8 different ones on average. */
const LEAST_DISTINCT = 190;

/** One packet of each flow. */
const flows = (
  t: TestContext,
  count: number,
  what: string,
  fieldsOf: (number: number) => PodStimulusFields,
): Stimulus[] =>
  Array.from({ length: count }, (_, number) =>
    named(t.fromPod(fieldsOf(number)), `pod packet of flow ${String(number)} (${what})`),
  );

const udpFlow = (number: number): readonly Layer[] => [udp({ sourcePort: 20000 + number, destinationPort: 41001 })];
const tcpFlow = (number: number): readonly Layer[] => [tcp({ sourcePort: 20000 + number, destinationPort: 443 })];

// RFC 8085 section 5.1.1 and RFC 7510 section 3: the source port is what the underlay can tell flows by, so flows that differ in nothing
// but a port of theirs leave from ports all over the range; whether the flow label tells them apart as well or not.
udpArea.case('udp.source-port-entropy', { notFor: isFixed }, async (t) => {
  const kinds = [
    [
      'UDP, no flow label',
      flows(t, FLOWS, 'UDP, no flow label', (number) => ({ flowLabel: 0, layers: udpFlow(number) })),
    ],
    [
      'TCP, no flow label',
      flows(t, FLOWS, 'TCP, no flow label', (number) => ({ flowLabel: 0, layers: tcpFlow(number) })),
    ],
    ['UDP, a flow label each', flows(t, FLOWS, 'UDP, a flow label each', (number) => ({ layers: udpFlow(number) }))],
  ] as const;
  for (const [what, stimuli] of kinds) {
    const sent = sourcePorts(t, await t.exchange(...stimuli), stimuli);
    if (sent.length < FLOWS) continue;
    const [first] = sent;
    const different = distinct(sent);
    t.expectEqual(
      `spread of ${String(FLOWS)} flows (${what})`,
      spread(different),
      spread(LEAST_DISTINCT),
      first === undefined ? {} : { frame: first.frame },
    );
  }
});

const spread = (different: number): string =>
  different >= LEAST_DISTINCT
    ? `at least ${String(LEAST_DISTINCT)} different UDP source ports`
    : `${String(different)} different UDP source ports`;

// RFC 8086 section 2.1: the source port can be configured: then it is that of the tunnel for every packet, the node's own included.
udpArea.case('udp.source-port-fixed', { setup: { switches: { sourcePort: 'fixed' } } }, async (t) => {
  const port = tunnelPort(t.profile);
  const stimuli = [
    ...flows(t, 64, 'UDP', (number) => ({ layers: udpFlow(number) })),
    ...[40, 1280].map((lengthBytes) =>
      named(t.fromPod({ lengthBytes, source: t.lab.n1.pod(1) }), `pod packet of ${String(lengthBytes)} bytes`),
    ),
  ];
  for (const { port: actual, frame } of sourcePorts(t, await t.exchange(...stimuli), stimuli))
    t.expectEqual('UDP source port', actual, port, { frame });
});

/** A packet in three fragments, as its source sends them. */
const fragmented = (t: TestContext, number: number, flowLabel: number): Stimulus[] => {
  const identification = 0x41000000 + number;
  const ports = udp({ sourcePort: 20000 + 7 * number, destinationPort: 41001 + number, length: 300, checksum: 0 });
  const pieces: readonly PodStimulusFields[] = [
    { layers: [fragmentHeader({ identification, moreFragments: true }), ports], lengthBytes: 48 + 96 },
    {
      layers: [fragmentHeader({ identification, nextHeader: 17, fragmentOffset: 12, moreFragments: true })],
      lengthBytes: 48 + 96,
    },
    { layers: [fragmentHeader({ identification, nextHeader: 17, fragmentOffset: 24 })], lengthBytes: 48 + 60 },
  ];
  return pieces.map((fields, piece) =>
    named(
      t.fromPod({ ...fields, flowLabel }),
      `fragment ${String(piece)} of packet ${String(number)} with flow label ${String(flowLabel)}`,
    ),
  );
};

// RFC 8086 sections 3.2.1 and 4.1: the later fragments of an inner packet do not show its ports. So that all take one way, the first
// leaves from the same source port as they do.
udpArea.case('udp.source-port-fragments', { notFor: isFixed }, async (t) => {
  const packets = Array.from({ length: 16 }, (_, number) =>
    fragmented(t, number, number % 2 === 0 ? 0 : 0x2f100 + number),
  );
  const seen = await t.exchange(...packets.flat());
  for (const [number, pieces] of packets.entries()) {
    const sent = sourcePorts(t, seen, pieces);
    const [first, ...later] = sent;
    if (first === undefined || sent.length < pieces.length) continue;
    for (const { port, frame } of later)
      t.expectEqual(`UDP source port of a later fragment of packet ${String(number)}`, port, first.port, { frame });
  }
});

const PACKETS = 100;

// RFC 8085 section 5.1.1, RFC 8086 section 3.2.1: all packets of a flow leave from one source port, whatever else differs in them, so
// that the underlay keeps them in order. (A change every 30 s is allowed; this takes less.)
udpArea.case('udp.source-port-per-flow', { notFor: isFixed }, async (t) => {
  const kinds: readonly (readonly [what: string, flowLabel: number, layers: (index: number) => readonly Layer[]])[] = [
    ['a UDP flow without label', 0, () => udpFlow(1)],
    ['a UDP flow with a label', 0x2f001, () => udpFlow(2)],
    [
      'a TCP flow without label',
      0,
      (index) => [tcp({ sourcePort: 20003, destinationPort: 443, sequence: 1000 * index })],
    ],
  ];
  for (const [what, flowLabel, layers] of kinds) {
    const stimuli = Array.from({ length: PACKETS }, (_, index) =>
      named(
        t.fromPod({ flowLabel, layers: layers(index), lengthBytes: 80 + 11 * index, hopLimit: 64 + (index % 100) }),
        `packet ${String(index)} of ${what}`,
      ),
    );
    const sent = sourcePorts(t, await t.exchange(...stimuli), stimuli);
    const [first] = sent;
    const other = sent.find(({ port }) => port !== first?.port);
    t.expectEqual(`UDP source ports of ${what}:`, distinct(sent), 1, other === undefined ? {} : { frame: other.frame });
  }
});

// RFC 8085 section 5.1.1, RFC 8086 section 3.2.1, RFC 7510 section 3: source ports that stand for flows are taken from the dynamic ports,
// 49152 to 65535, so that nobody's well-known service is imitated.
udpArea.case('udp.source-port-range', { notFor: isFixed }, async (t) => {
  const stimuli = flows(t, 1024, 'UDP', (number) => ({
    layers: [udp({ sourcePort: 1024 + 61 * number, destinationPort: number % 2 === 0 ? 41001 : 53 })],
    source: t.lab.n1.pod(number % 4),
  }));
  const sent = sourcePorts(t, await t.exchange(...stimuli), stimuli);
  const low = sent.filter(({ port }) => port < FIRST_DYNAMIC_PORT);
  const [worst] = low.toSorted((left, right) => left.port - right.port);
  if (worst === undefined) {
    t.expectEqual('flows with a source port below the dynamic range', low.length, 0);
    return;
  }
  t.violation(
    `UDP source ports from ${String(FIRST_DYNAMIC_PORT)} to 65535`,
    `UDP source port ${String(worst.port)} and others below for ${String(low.length)} of ${String(sent.length)} flows`,
    { frame: worst.frame },
  );
});
