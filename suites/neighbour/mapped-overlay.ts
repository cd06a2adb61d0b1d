import { Ipv6Address } from '../../harness/address/index.ts';
import {
  findLayer,
  ICMPV6_TYPE,
  icmpv6EchoRequest,
  MacAddress,
  routerSolicitation,
} from '../../harness/packet/index.ts';
import type { Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { innerHeaders } from '../decap/judging.ts';
import { embedsNothing } from '../decap/vectors.ts';
import { neighbour } from './area.ts';
import { ALL_NODES, linkLocalOf, named, probeFor, throughTunnel } from './vectors.ts';

const GROUPS = [
  'ff02::1',
  'ff02::2',
  'ff02::16',
  'ff05::1',
  'ff08::41',
  'ff0e::1',
  'ff1e::4141',
  'ff3e:40:2001:db8::1',
];
const LINK_LOCALS = ['fe80::1', 'fe80::abcd'];

const neighboursOf = (t: TestContext): Ipv6Address[] => [
  ...LINK_LOCALS.map((text) => Ipv6Address.parse(text)),
  linkLocalOf(t.lab.n2.ipv4),
];

/** Packets of pods to groups and to neighbours: what a link can carry, and a mapped overlay cannot. */
const podPackets = (t: TestContext): Stimulus[] => {
  const layers = [icmpv6EchoRequest({ identifier: 0x4148, sequence: 1 })];
  const toGroups = GROUPS.map((text) => Ipv6Address.parse(text)).flatMap((destination) => {
    const ethernetDestination = MacAddress.forIpv6Multicast(destination);
    return [
      named(t.fromPod({ destination, ethernetDestination }), `pod packet to ${destination.toString()}`),
      named(
        t.fromPod({ destination, ethernetDestination, layers }),
        `echo request of a pod to ${destination.toString()}`,
      ),
    ];
  });
  const toNeighbours = neighboursOf(t).map((destination) =>
    named(t.fromPod({ destination }), `pod packet to ${destination.toString()}`),
  );
  return [...toGroups, ...toNeighbours];
};

/** RFC 3056 section 3.1 leaves it to a 6to4 node to answer; only a configured tunnel must (RFC 4213 section 3.8). */
const mayAnswer = (t: TestContext, frame: SeenFrame): boolean => {
  const message = findLayer(innerHeaders(frame), 'icmpv6')?.ndp;
  return t.profile.mapping.kind === '6to4' && message?.kind === 'neighbor-advertisement' && message.solicited;
};

/** What the DUT itself put into the tunnel: the headers of an IPv6 packet behind those of the underlay. */
const ownTunnelPackets = (t: TestContext, seen: Seen): readonly SeenFrame[] =>
  seen.control.filter((frame) => {
    if (frame.port === 'P' || mayAnswer(t, frame)) return false;
    return findLayer(frame.decoded, 'ipv4') !== undefined && findLayer(innerHeaders(frame), 'ipv6') !== undefined;
  });

const nameOf = (frame: SeenFrame): string => {
  const type = findLayer(innerHeaders(frame), 'icmpv6')?.header.type;
  return type === undefined ? 'an IPv6 packet' : `an ICMPv6 message of type ${String(type)}`;
};

const expectNoneOfItsOwn = (t: TestContext, seen: Seen, when: string): void => {
  const own = ownTunnelPackets(t, seen);
  const names = [...new Set(own.map(nameOf))].join(', ');
  const [frame] = own;
  const what = `in the tunnel ${when}:`;
  t.expectEqual(what, names === '' ? 'nothing' : names, 'nothing', frame === undefined ? {} : { frame });
};

// RFC 3056 section 3.1, RFC 5969 sections 8 and 9, RFC 3964 section 5.3.2: a mapped overlay has no neighbours and no groups: packets to
// either never enter the tunnel, and no Neighbor, Router or Multicast Listener Discovery is spoken there, not even as an answer. What the
// node looks for on the pod link instead is answered there, so that it has nothing to report some seconds later.
neighbour.case('neighbour.nbma-silent', { notFor: embedsNothing }, async (t) => {
  const { lab } = t;
  const stimuli = podPackets(t);
  const control = named(t.fromPod(), 'pod packet to a pod of another node');
  const others = neighboursOf(t).filter((address) => !address.equals(lab.podGateway));
  for (const address of others) t.answerFor(address, true);
  const seen = await t.exchange(...stimuli, control);
  for (const address of others) t.answerFor(address, false);
  for (const stimulus of stimuli) {
    const tunnelled = seen.of(stimulus).filter(({ port }) => port !== 'P');
    const [frame] = tunnelled;
    t.expectEqual(
      `frames on the underlay for the ${stimulus.title}:`,
      tunnelled.length,
      0,
      frame === undefined ? {} : { frame },
    );
  }
  t.expectEqual(`tunnel packets for the ${control.title}:`, seen.tunnelPackets(control).length, 1);
  expectNoneOfItsOwn(t, seen, 'after packets of pods to groups');

  const questions = [
    throughTunnel(t, 'Neighbor Solicitation for the DUT', probeFor(lab.overlayAddress)),
    throughTunnel(t, 'Neighbor Solicitation for the link-local address', probeFor(linkLocalOf(lab.n1.ipv4)), {
      source: linkLocalOf(lab.n2.ipv4),
      destination: linkLocalOf(lab.n1.ipv4),
    }),
    throughTunnel(t, 'Neighbor Solicitation to all nodes', probeFor(lab.overlayAddress), { destination: ALL_NODES }),
    throughTunnel(t, 'Neighbor Solicitation for a pod', probeFor(lab.n1.pod())),
    throughTunnel(t, 'Router Solicitation', routerSolicitation(), { destination: Ipv6Address.parse('ff02::2') }),
  ];
  const answers = await t.exchange(...questions);
  expectNoneOfItsOwn(t, answers, 'after Neighbor Solicitations');
  for (const question of questions) {
    const caused = answers.of(question).filter((frame) => !isError(frame));
    t.expectEqual(`packets that the ${question.title} caused:`, caused.length, 0);
  }
});

/** Whether an error may come back is for other requirements to say. */
const isError = (frame: SeenFrame): boolean => {
  const type = findLayer(innerHeaders(frame), 'icmpv6')?.header.type;
  return type !== undefined && type < ICMPV6_TYPE.ECHO_REQUEST;
};

const QUIET_SECONDS = 60;

// The same for a minute after the start, in which a node that takes the tunnel for a link would have looked for routers and groups.
neighbour.case(
  'neighbour.nbma-silent',
  { variant: 'idle', fresh: true, slow: true, waitSeconds: QUIET_SECONDS, notFor: embedsNothing },
  async (t) => {
    expectNoneOfItsOwn(
      t,
      await t.watch({ forMs: QUIET_SECONDS * 1000 }),
      `in ${String(QUIET_SECONDS)} s after the start`,
    );
  },
);
