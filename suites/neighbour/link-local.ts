import { Ipv6Address } from '../../harness/address/index.ts';
import type { Ipv4Address } from '../../harness/address/index.ts';
import { findLayer, ICMPV6_TYPE, icmpv6EchoRequest, type LayerOf } from '../../harness/packet/index.ts';
import { isConfiguredTunnel } from '../../harness/profile/index.ts';
import type { Seen, SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { innerHeaders } from '../decap/judging.ts';
import { neighbour } from './area.ts';
import { ALL_NODES, linkLocalOf, named } from './vectors.ts';

const IDENTIFIER = 0x4147;
const LINK_LOCAL = 0xfe80;

/** Link-local addresses that a node might form from an IPv4 address, but not by RFC 4213: with the u bit or as ISATAP does. */
const wrongForms = (address: Ipv4Address): Ipv6Address[] => {
  const hex = address.toNumber().toString(16).padStart(8, '0');
  const low = `${hex.slice(0, 4)}:${hex.slice(4)}`;
  return [`fe80::5efe:${low}`, `fe80::200:5efe:${low}`, `fe80::200:0:${low}`, `fe80::ffff:${low}`].map((text) =>
    Ipv6Address.parse(text),
  );
};

/** An echo request through the tunnel from the other end's link-local address. */
const echoTo = (t: TestContext, destination: Ipv6Address, hopLimit = 1): Stimulus =>
  named(
    t.fromTunnel({
      source: linkLocalOf(t.lab.n2.ipv4),
      destination,
      hopLimit,
      layers: [icmpv6EchoRequest({ identifier: IDENTIFIER, sequence: hopLimit })],
    }),
    `echo request to ${destination.toString()} with hop limit ${String(hopLimit)}`,
  );

interface Reply {
  readonly frame: SeenFrame;
  readonly ipv6: LayerOf<'ipv6'>;
}

const repliesTo = (seen: Seen, stimulus: Stimulus): Reply[] =>
  seen.of(stimulus).flatMap((frame) => {
    const inner = innerHeaders(frame);
    const ipv6 = findLayer(inner, 'ipv6');
    const icmpv6 = findLayer(inner, 'icmpv6');
    return ipv6 !== undefined &&
      icmpv6?.header.type === ICMPV6_TYPE.ECHO_REPLY &&
      icmpv6.header.identifier === IDENTIFIER
      ? [{ frame, ipv6 }]
      : [];
  });

const expectLinkLocalReply = (t: TestContext, seen: Seen, stimulus: Stimulus): void => {
  const replies = repliesTo(seen, stimulus);
  t.expectEqual(`echo replies to the ${stimulus.title}:`, replies.length, 1);
  for (const { frame, ipv6 } of replies) {
    const { source, destination } = ipv6.header;
    const outer = findLayer(frame.decoded, 'ipv4')?.header.destination.toString();
    t.expectEqual('port of the reply', frame.port, 'U', { frame });
    if (outer !== undefined)
      t.expectEqual('outer destination of the reply', outer, t.lab.n2.ipv4.toString(), { frame });
    const prefix = ((source.bytes[0] ?? 0) << 8) | (source.bytes[1] ?? 0);
    t.expectEqual('reply from a link-local address', prefix === LINK_LOCAL, true, { frame });
    t.expectEqual('destination of the reply', destination.toString(), linkLocalOf(t.lab.n2.ipv4).toString(), { frame });
  }
};

/**
 * The link-local address of the DUT on the tunnel: made of its IPv4 address or by some other means, which RFC 4213 section 3.7 leaves to
 * the node. Undefined where it does not say: a request to a group it need not answer (RFC 4443 section 4.2).
 */
export const findLinkLocal = async (t: TestContext): Promise<Ipv6Address | undefined> => {
  const derived = linkLocalOf(t.lab.n1.ipv4);
  const [byName, everybody] = [echoTo(t, derived), echoTo(t, ALL_NODES)];
  const seen = await t.exchange(byName, everybody);
  if (repliesTo(seen, byName).length > 0) return derived;
  return repliesTo(seen, everybody)[0]?.ipv6.header.source;
};

// RFC 4213 section 3.7: the end of a configured tunnel has a link-local address there, and answers to it, even to a packet that no
// router would forward.
neighbour.case('neighbour.link-local-present', async (t) => {
  const own = await findLinkLocal(t);
  if (own === undefined)
    return t.skip('The node answers no request to all nodes, and none to the address made of its IPv4 address');
  const stimuli = [1, 64, 255].map((hopLimit) => echoTo(t, own, hopLimit));
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) expectLinkLocalReply(t, seen, stimulus);
});

// RFC 4213 section 3.7, RFC 3056 section 3.1: where the link-local address is made of the IPv4 address, that stands in the last 32 bits
// behind 32 zero bits: no ISATAP identifier, no universal bit. A 6to4 node needs none.
neighbour.case('neighbour.link-local-format', async (t) => {
  const own = linkLocalOf(t.lab.n1.ipv4);
  const derived = echoTo(t, own);
  const others = wrongForms(t.lab.n1.ipv4).map((address) => echoTo(t, address));
  const seen = await t.exchange(derived, ...others);
  for (const stimulus of others) {
    const [reply] = repliesTo(seen, stimulus);
    t.expectEqual(
      `answer to the ${stimulus.title}, which is not ${own.toString()}:`,
      reply === undefined ? 'none' : 'an echo reply',
      'none',
      reply === undefined ? {} : { frame: reply.frame },
    );
  }
  const [reply] = repliesTo(seen, derived);
  if (reply !== undefined)
    t.expectEqual('source of the reply', reply.ipv6.header.source.toString(), own.toString(), { frame: reply.frame });
  else t.note(`The DUT does not answer at ${own.toString()}`);

  // Asked as one of all nodes, it shows which address it has.
  const everybody = echoTo(t, ALL_NODES);
  const named = repliesTo(await t.exchange(everybody), everybody).filter(
    ({ ipv6 }) => ipv6.header.source.bytes[0] === 0xfe && isConfiguredTunnel(t.profile),
  );
  const wrong = wrongForms(t.lab.n1.ipv4);
  for (const { frame, ipv6 } of named) {
    const { source } = ipv6.header;
    if (wrong.some((address) => address.equals(source)))
      t.expectEqual('link-local address of the tunnel', source.toString(), own.toString(), { frame });
    else if (!source.equals(own)) t.note(`The link-local address ${source.toString()} is not made of the IPv4 address`);
  }
});
