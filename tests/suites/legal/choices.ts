/** Choices of a node that the standards leave to it, or only advise against, where the reference chooses otherwise. */
import { writeUint16 } from '../../../harness/packet/bytes.ts';
import { IPV6 } from '../../../harness/packet/ipv6.ts';
import { PROTOCOL } from '../../../harness/packet/protocol-numbers.ts';
import { ICMPV6_TYPE } from '../../../harness/packet/icmpv6-types.ts';
import type { NodeConfig } from '../../../harness/reference/config.ts';
import type { Icmpv6Behaviour } from '../../../harness/reference/ipv6/icmpv6-error.ts';
import { upperLayerChecksum } from '../../../harness/reference/ipv6/packet.ts';
import { inArea, together, type Change } from '../../../harness/reference/faults/fault.ts';
import type { ErrorLimit } from '../../../harness/reference/ipv6/rate-limit.ts';

/** Changes the header of every ICMPv6 error before it is sent. */
const inErrors = (change: (packet: Uint8Array) => void): Change =>
  inArea('icmpv6', (is) => ({
    send: (node, packet, error, arrival) => {
      const changed = packet.slice();
      change(changed);
      writeUint16(changed, IPV6.HEADER_LENGTH + 2, 0);
      const checksum = upperLayerChecksum(changed, IPV6.HEADER_LENGTH, PROTOCOL.ICMPV6);
      writeUint16(changed, IPV6.HEADER_LENGTH + 2, checksum);
      is.send(node, changed, error, arrival);
    },
  }));

/** Hop Limit 255, Traffic Class CS6 (RFC 1812 section 4.3.2.5 has that for ICMPv4) and a flow label of its own. */
export const errorsWithOtherHeaders = inErrors((packet) => {
  packet[IPV6.HOP_LIMIT] = 255;
  packet.set([0x6c, 0x0a, 0xbc, 0x11]);
});

const errorsFrom = (source: Icmpv6Behaviour['source']): Change => inArea('icmpv6', () => ({ source }));

/** RFC 4443 section 2.2: which address of the node is a SHOULD. */
export const errorsFromLinkLocal: Change = (behaviour) =>
  errorsFrom((node, error, offending, arrival) =>
    arrival.via === 'tunnel' ? behaviour.icmpv6.source(node, error, offending, arrival) : node.config.gateway,
  )(behaviour);

/** The address on the link by which the error leaves (RFC 6724 section 5, rule 5). */
export const errorsFromIsatapAddress: Change = (behaviour) =>
  errorsFrom((node, error, offending, arrival) => {
    const { mapping } = node.config;
    const isOnLink = arrival.via === 'tunnel' && mapping.kind === 'isatap';
    return isOnLink ? mapping.address : behaviour.icmpv6.source(node, error, offending, arrival);
  })(behaviour);

export const errorsFromNativeAddress = errorsFrom(({ config }) => config.nativeAddress);

/** RFC 4443 section 3.1: Destination Unreachable is a SHOULD. */
export const neverUnreachable = inArea('forwarding', () => ({ unreachableCode: () => undefined }));

/** All destinations that nothing leads to have a route that refuses (code 6). */
export const refusingRoutes = inArea('forwarding', (is) => ({
  unassigned: () => 'no-route',
  unreachableCode: (reaction) => (reaction === 'no-route' ? 6 : is.unreachableCode(reaction)),
}));

/** RFC 4443 section 4.2: an answer to a request to a group is a SHOULD. */
export const deafToGroups = inArea('local', (is) => ({
  isOwnAddress: (config, packet, at, arrival) => {
    const isGroupEcho = packet[at] === 0xff && packet[IPV6.HEADER_LENGTH] === ICMPV6_TYPE.ECHO_REQUEST;
    return !isGroupEcho && is.isOwnAddress(config, packet, at, arrival);
  },
}));

/** fe80:: and an identifier made of a MAC address, as some systems have it on tunnels. */
const FROM_MAC = Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x00, 0x41, 0, 0xff, 0xfe, 0, 0, 2);

/** RFC 4213 section 3.7: the identifier is made of the IPv4 address or by some other means. */
export const linkLocalFromMac: Change = (behaviour) => {
  const replaced = {
    name: 'link-local-from-mac',
    refusal: ({ tunnelLinkLocal }: NodeConfig) => {
      tunnelLinkLocal?.set(FROM_MAC);
      return undefined;
    },
  };
  return { ...behaviour, start: [...behaviour.start, replaced] };
};

const TARGET = IPV6.HEADER_LENGTH + 8;

/** RFC 4861 section 7.2.3: a solicitation is answered for addresses of the interface; the overlay address may be on another. */
export const overlayAddressElsewhere = inArea('neighbour', (is) => ({
  validMessage: (packet, link) => is.validMessage(packet, link) && (link === 'pods' || packet[TARGET] === 0xfe),
}));
/** RFC 4213 section 3.6: who reports unknown protocols may report what fits no tunnel. */
export const reportingMisfits = inArea('decap', () => ({ mismatchCode: () => 2 }));

/** RFC 4443 section 3.1: code 5 for a source that fails the policy. */
export const tellingOfPolicy: Change = together(
  inArea('encapsulation', (is) => ({
    checks: is.checks.map((check) =>
      ['pod-source', 'source-pair', 'foreign-source'].includes(check.name)
        ? { ...check, reaction: 'no-route' as const }
        : check,
    ),
  })),
  inArea('forwarding', (is) => ({
    unreachableCode: (reaction) => (reaction === 'no-route' ? 5 : is.unreachableCode(reaction)),
  })),
);

/** RFC 3056 section 9 asks 6to4 nodes for silence about addresses that embed no node's, and no other node. */
export const tellingOfSpecials: Change = inArea('encapsulation', (is) => ({
  checks: is.checks.map((check) =>
    check.name === 'special-destination' ? { ...check, reaction: 'address-unreachable' as const } : check,
  ),
}));

/** So many errors of every type in each second, to all receivers together, as the BSDs do it. */
export const perSecond = (count: number): { readonly errorLimit: ErrorLimit; readonly variant: Change } => {
  let second = -1;
  let sent = 0;
  const take = (nowMs: number): boolean => {
    const now = Math.floor(nowMs / 1000);
    if (now !== second) sent = 0;
    second = now;
    sent += 1;
    return sent <= count;
  };
  return { errorLimit: { take }, variant: inArea('icmpv6', () => ({ isLimited: () => true })) };
};
