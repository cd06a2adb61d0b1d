import type { Ipv4Address, Ipv6Address } from '../../harness/address/index.ts';
import type { Lab } from '../../harness/lab/index.ts';
import { IPV6, IPV6_MINIMUM_MTU } from '../../harness/packet/index.ts';
import { isConfiguredTunnel } from '../../harness/profile/index.ts';
import type { Icmpv6Expectation, Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { embedsNothing, named, peers } from '../decap/vectors.ts';
import { icmp6 } from './area.ts';
import {
  ADDRESS_UNREACHABLE,
  BEYOND_SCOPE,
  DESTINATION_UNREACHABLE,
  NO_ROUTE,
  nowhere,
  PACKET_TOO_BIG,
  POD,
  REJECT_ROUTE,
  TIME_EXCEEDED,
} from './vectors.ts';

interface Cause {
  readonly stimulus: Stimulus;
  readonly codes: readonly number[];
}

// RFC 4443 section 3.1: code 0 says that no route leads there, 2 that the source is not valid so far; 6 is for routes that exist in order to refuse, which
// what is nobody's in the own prefix may have, if it is not simply an address that cannot be reached.
icmp6.case('icmp6.codes', { errors: 'expected' }, async (t) => {
  const { lab } = t;
  const [first, second] = POD.codes;
  const toNowhere = t.fromPod({ source: lab.n1.pod(first), destination: nowhere(lab) });
  const toNobody = t.fromPod({ source: lab.n1.pod(second), destination: lab.unassignedPod });
  const fromLink = t.fromPod({ source: lab.native.router });
  const causes: Cause[] = [
    { stimulus: named(toNowhere, 'pod packet to a destination without a route'), codes: [NO_ROUTE] },
    {
      stimulus: named(toNobody, 'pod packet to an address of nobody in the prefix of the node'),
      codes: [NO_ROUTE, ADDRESS_UNREACHABLE, REJECT_ROUTE],
    },
    { stimulus: named(fromLink, 'packet from a link-local source to a remote pod'), codes: [BEYOND_SCOPE] },
  ];
  const seen = await t.exchange(...causes.map(({ stimulus }) => stimulus));
  for (const { stimulus, codes } of causes)
    t.expectIcmpv6(seen, stimulus, { type: DESTINATION_UNREACHABLE, codes, via: 'P' });
});

const CANNOT_BE_REACHED = { type: DESTINATION_UNREACHABLE, codes: [ADDRESS_UNREACHABLE] };

/** A packet to a pod behind an endpoint, where the mapping has room for it. */
const toEndpoint = (t: TestContext, pod: number, endpoint: Ipv4Address | undefined, what: string): Stimulus[] => {
  const { map, n1, node } = t.lab;
  if (endpoint === undefined || map?.ipv4Prefix.contains(endpoint) !== true) return [];
  return [named(t.fromPod({ source: n1.pod(pod), destination: node(endpoint).pod() }), `pod packet to ${what}`)];
};

// The same section: code 3 is for a failure below IPv6, such as a tunnel endpoint without a route. It is the first packet that the node sees, which finds no
// route to take over from another.
icmp6.case(
  'icmp6.codes',
  { variant: 'endpoint', fresh: true, errors: 'expected', notFor: embedsNothing },
  async (t) => {
    const [, , third] = POD.codes;
    const unroutable = t.lab.underlay.unroutable?.at(9);
    const [stimulus] = toEndpoint(t, third, unroutable, 'a node that no IPv4 route leads to');
    if (stimulus === undefined) return t.skip('The mapping has no room for a network without a route');
    t.expectIcmpv6(await t.coldExchange(stimulus), stimulus, { ...CANNOT_BE_REACHED, via: 'P' });
  },
);

/** Three solicitations, a second apart (RFC 4861 section 10), and as much again. */
const RESOLUTION_MS = 6000;

// RFC 4861 section 7.2.2, RFC 4443 section 3.1: an address whose link-layer address cannot be found is one that cannot be reached, be it that of a pod or
// the tunnel endpoint of one.
icmp6.case('icmp6.codes', { variant: 'neighbour', fresh: true, slow: true, errors: 'expected' }, async (t) => {
  const { lab } = t;
  const silent = lab.n1.pod(POD.silent);
  t.answerFor(silent, false);
  const toSilent = named(t.fromTunnel({ destination: silent }), 'tunnel packet to a pod that does not answer');
  const [, pod] = POD.codes;
  const outward = toEndpoint(t, pod, lab.underlay.unassigned, 'a node that does not answer ARP');
  const stimuli = [toSilent, ...outward];
  const seen = await t.watch(
    { forMs: RESOLUTION_MS, until: (so) => stimuli.every((each) => so.icmpv6Errors(each).length > 0) },
    ...stimuli,
  );
  t.expectIcmpv6(seen, toSilent, { ...CANNOT_BE_REACHED, via: lab.n2.ipv4 });
  for (const stimulus of outward) t.expectIcmpv6(seen, stimulus, { ...CANNOT_BE_REACHED, via: 'P' });
  t.answerFor(silent, true);
});

interface Offence {
  readonly stimulus: Stimulus;
  readonly error: Icmpv6Expectation;
}

const LINK_BYTES = 1500;
const SMALL_BYTES = 60;
/** What a message of 1280 bytes has room for. */
const QUOTE_BYTES = IPV6_MINIMUM_MTU - 48;

/** Packets of both sizes that cause errors, to pods of this node and of others. */
const offences = (t: TestContext, [first, second]: readonly [number, number]): Offence[] => {
  const { lab } = t;
  const native = lab.native.routedPrefix.at(5);
  return [SMALL_BYTES, LINK_BYTES].flatMap((lengthBytes, index) => {
    const size = `of ${String(lengthBytes)} bytes`;
    const remote = lab.n2.pod(first + 2 * index);
    const inTunnel = Math.min(lengthBytes, t.tunnelMtuBytes);
    return [
      {
        stimulus: named(
          t.fromPod({ source: lab.n1.pod(first), destination: native, hopLimit: 1, lengthBytes }),
          `pod packet ${size} with hop limit 1`,
        ),
        error: { ...TIME_EXCEEDED, via: 'P' },
      },
      {
        stimulus: named(
          t.fromPod({ source: lab.n1.pod(second), destination: nowhere(lab), lengthBytes }),
          `pod packet ${size} to a destination without a route`,
        ),
        error: { type: DESTINATION_UNREACHABLE, via: 'P' },
      },
      {
        stimulus: named(
          t.fromTunnel({ source: remote, hopLimit: 1, lengthBytes: inTunnel }),
          `tunnel packet of ${String(inTunnel)} bytes with hop limit 1`,
        ),
        error: { ...TIME_EXCEEDED, via: lab.n2.ipv4 },
      },
    ] as const;
  });
};

/** A Destination Unreachable is a SHOULD, and so is its code (RFC 4443 section 3.1): icmp6.codes judges both, here only one that is there matters. */
const mayBeMissing = (seen: Seen, { stimulus, error }: Offence): boolean =>
  error.type === DESTINATION_UNREACHABLE && seen.of(stimulus).length === 0;

/** Of a message with extensions (RFC 4884 section 4.5) the first byte of the word says where the quote ends, in units of 8 bytes. */
const quoteIn = (parameter: number, body: Uint8Array): Uint8Array => {
  const units = parameter >>> 24;
  return units === 0 ? body : body.subarray(0, units * 8);
};

// RFC 4443 sections 2.4 (c) and 3: type and code, a word that is not used, as much of the packet as fits without the message exceeding 1280 bytes, a
// checksum with the pseudo-header; and to the source of the packet.
icmp6.case('icmp6.error-format', { errors: 'expected' }, async (t) => {
  const vectors = offences(t, POD.format);
  const seen = await t.exchange(...vectors.map(({ stimulus }) => stimulus));
  for (const vector of vectors) {
    if (mayBeMissing(seen, vector)) continue;
    const { stimulus, error: expected } = vector;
    const error = t.expectIcmpv6(seen, stimulus, expected);
    if (error === undefined) continue;
    const { body, frame, header, parameter } = error;
    const about = `(${stimulus.title})`;
    const sent = stimulus.inner;
    const quote = quoteIn(parameter, body);
    const hasExtensions = quote !== body;
    t.expectEqual(`unused bits ${about}:`, parameter & 0x00ff_ffff, 0, { frame });
    t.expectEqual(`ICMPv6 checksum good ${about}:`, error.checksumGood, true, { frame });
    const source = sent.subarray(IPV6.SOURCE, IPV6.SOURCE + 16);
    const isToSource = header.destination.bytes.every((byte, index) => byte === source[index]);
    t.expectEqual(`destination is the source of the packet ${about}:`, isToSource, true, { frame });
    const whole = sent.subarray(0, QUOTE_BYTES);
    t.expectBytes(`quoted packet ${about}`, quote, hasExtensions ? whole.subarray(0, quote.length) : whole, {
      frame,
      ignore: (offset) => offset === IPV6.HOP_LIMIT,
    });
    // As it came, or as it would have gone on.
    const hopLimit = sent[IPV6.HOP_LIMIT] ?? 0;
    t.expectEqual(`Hop Limit in the quote ${about}`, quote[IPV6.HOP_LIMIT] ?? -1, [hopLimit, hopLimit - 1], { frame });
  }
});

/** On an ISATAP link the node has an address of its own. */
const ownOnLink = ({ isatap, n1 }: Lab): readonly Ipv6Address[] =>
  isatap === undefined ? [] : [isatap.addressOf(n1.ipv4, 'global')];

// RFC 4443 section 2.2, RFC 4291 section 2.5: the source is a unicast address of the node, with which the receiver can do something: pods of other nodes
// must see one from the node's own prefix, or their node takes it for spoofed; and ::a.b.c.d, ::ffff:a.b.c.d and link-local addresses mean nothing to them.
icmp6.case('icmp6.error-source', { errors: 'expected' }, async (t) => {
  const { lab } = t;
  const tooBig = named(
    t.fromPod({ source: lab.n1.pod(POD.source[0]), lengthBytes: LINK_BYTES }),
    `pod packet of ${String(LINK_BYTES)} bytes`,
  );
  const remote = peers(lab).map((node): Offence => {
    const source = node.pod(POD.source[1]);
    const stimulus = t.fromTunnel({ source, hopLimit: 1 }, { from: node.ipv4 });
    const title = `tunnel packet from ${node.ipv4.toString()} with hop limit 1`;
    return { stimulus: named(stimulus, title), error: { ...TIME_EXCEEDED, via: node.ipv4 } };
  });
  const isTooBig = LINK_BYTES > t.tunnelMtuBytes;
  const vectors: Offence[] = [
    ...offences(t, POD.source),
    ...remote,
    ...(isTooBig ? [{ stimulus: tooBig, error: { type: PACKET_TOO_BIG, via: 'P' } } as const] : []),
  ];
  const seen = await t.exchange(...vectors.map(({ stimulus }) => stimulus));
  for (const vector of vectors) {
    if (mayBeMissing(seen, vector)) continue;
    const { stimulus, error: expected } = vector;
    const error = t.expectIcmpv6(seen, stimulus, expected);
    if (error === undefined) continue;
    const { frame, header } = error;
    const isOnLink = expected.via === 'P';
    const isUsable = (isOnLink ? lab.podGateway : lab.native.dutAddress).equals(header.source);
    // Which of its addresses a node takes is a SHOULD, as long as the receiver can reach that one.
    const tolerated = isUsable && (isOnLink || isConfiguredTunnel(t.profile));
    const own = isOnLink ? [lab.overlayAddress, lab.native.dutAddress] : [lab.overlayAddress, ...ownOnLink(lab)];
    const what = `source of the error (${stimulus.title})`;
    t.expectEqual(what, header.source.toString(), own.map(String), { frame, tolerated });
  }
});
