/** Faults in how the inner packet is cut out, changed and handed on. */
import { concat, readUint16, writeUint16 } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { buildIpv4 } from '../ipv4/header.ts';
import { matchesPrefix, parseIpv6Net, sameAddress } from '../ipv6/prefix.ts';
import { isCompatible, isLinkLocal, isLoopback, isMapped, isMulticast, isSiteLocal } from '../ipv6/special.ts';
import type { OuterSummary, ReferenceNode } from '../node.ts';
import { acceptingInnerSource, leakToPods, rewritingFrom } from './common.ts';
import { repairChecksum, stripExtension } from './encap.ts';
import type { Change, Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together } from './fault.ts';

type InnerPacket = (node: ReferenceNode, payload: Uint8Array, outer: OuterSummary) => Uint8Array | undefined;

/** Cuts the inner packet out of its datagram in another way; `is` is the right one. */
const cutting = (change: (is: InnerPacket) => InnerPacket): Change =>
  inArea('decap', (is) => ({ innerPacket: change(is.innerPacket.bind(is)) }));

const lengthOf = (payload: Uint8Array): number => IPV6.HEADER_LENGTH + readUint16(payload, IPV6.PAYLOAD_LENGTH);
const isIpv6 = (payload: Uint8Array): boolean => payload.length >= IPV6.HEADER_LENGTH && (payload[0] ?? 0) >>> 4 === 6;
/** Longest invention of an overread, so that it still fits on the pod link. */
const OVERREAD_LIMIT_BYTES = 1500;

/** Packets to a destination that a check should have stopped go to everybody on the pod link. */
const flooding = (test: (bytes: Uint8Array, at: number) => boolean): Change =>
  inArea('decap', (is) => ({
    checks: [
      {
        name: 'flood',
        violated: ({ node, inner }) => {
          const meets = test(inner, IPV6.DESTINATION);
          if (meets) leakToPods(node, inner);
          return meets;
        },
      },
      ...is.checks,
    ],
  }));

const withoutForbidden = (test: (bytes: Uint8Array, at: number) => boolean): Change =>
  inArea('decap', (is) => ({
    checks: exempting(is.checks, ({ inner }) => test(inner, IPV6.SOURCE) || test(inner, IPV6.DESTINATION)),
  }));

/** ICMPv4 12/0 without a quote. */
const answerParameterProblem = (node: ReferenceNode, outer: OuterSummary): void => {
  const message = Uint8Array.of(12, 0, 0xf3, 0xff, 0, 0, 0, 0);
  const fields = { source: outer.destination, destination: outer.source, protocol: PROTOCOL.ICMPV4, identification: 1 };
  node.paths.sendIpv4(buildIpv4({ ...fields, payload: message }), () => undefined);
};

const UNSPECIFIED = parseIpv6Net('::/128');

export const decapInnerFaults: readonly Fault[] = [
  ...faultsOf('decap.6to4-forbidden-inner', {
    'linklocal-dst-accepted': flooding(isLinkLocal),
    'fec0-accepted': together(flooding(isSiteLocal), withoutForbidden(isSiteLocal)),
  }),
  ...faultsOf('decap.inner-length', {
    'len-from-outer': cutting((is) => (node, payload, outer) => (is(node, payload, outer) ? payload : undefined)),
    'padding-drop': cutting(
      (is) => (node, payload, outer) => (lengthOf(payload) === payload.length ? is(node, payload, outer) : undefined),
    ),
    'pl-rewritten': cutting((is) => (node, payload, outer) => {
      if (!is(node, payload, outer)) return undefined;
      const whole = payload.slice();
      writeUint16(whole, IPV6.PAYLOAD_LENGTH, whole.length - IPV6.HEADER_LENGTH);
      return whole;
    }),
  }),
  ...faultsOf('decap.inner-multicast-destination', { 'mcast-flood': flooding(isMulticast) }),
  ...faultsOf('decap.inner-unchanged', {
    'decap-exthdr': rewritingFrom('tunnel', stripExtension),
    'decap-l4fix': rewritingFrom('tunnel', repairChecksum),
  }),
  ...faultsOf('decap.inner-version', {
    'inner-v4-accepted': cutting((is) => (node, payload, outer) => {
      if ((payload[0] ?? 0) >>> 4 === 4) leakToPods(node, payload, ETHER_TYPE.IPV4);
      return is(node, payload, outer);
    }),
  }),
  ...faultsOf('decap.invalid-inner-source', {
    'mapped-src-accepted': acceptingInnerSource(isMapped),
    'compat-src-accepted': acceptingInnerSource((bytes, at) => isCompatible(bytes, at) && !isLoopback(bytes, at)),
    'loopback-src-accepted': acceptingInnerSource(isLoopback),
  }),
  ...faultsOf('decap.link-padding', {
    'frame-len-used': together(
      inArea('ipv4', () => ({ totalLengthBytes: (packet) => packet.length })),
      cutting((is) => (node, payload, outer) => (is(node, payload, outer) ? payload : undefined)),
    ),
  }),
  ...faultsOf('decap.local-delivery', {
    'local-reply-unencap': inArea('local', (is) => ({
      reply: (node, packet, arrival) => {
        if (arrival.via === 'tunnel') leakToPods(node, packet);
        else is.reply(node, packet, arrival);
      },
    })),
  }),
  ...faultsOf('decap.check-covers-local-delivery', {
    'local-bypass-check': inArea('decap', (is) => ({
      checks: exempting(is.checks, ({ node, inner }) =>
        sameAddress(node.config.overlayAddress, 0, inner, IPV6.DESTINATION),
      ),
    })),
  }),
  ...faultsOf('decap.no-overlay-address', {
    'native-native-relay': inArea('decap', (is) => ({
      checks: is.checks.map((check) =>
        check.name !== 'no-overlay-address'
          ? check
          : {
              ...check,
              violated: (question) => {
                const both = check.violated(question);
                if (both) leakToPods(question.node, question.inner);
                return both;
              },
            },
      ),
    })),
  }),
  ...faultsOf('decap.one-level-only', {
    'recursive-decap': cutting((is) => (node, payload, outer) => {
      const inner = is(node, payload, outer);
      const nested = inner?.[IPV6.NEXT_HEADER] === PROTOCOL.IPV6 ? inner.subarray(IPV6.HEADER_LENGTH) : undefined;
      return nested && isIpv6(nested) ? nested : inner;
    }),
  }),
  ...faultsOf('decap.short-outer-payload', {
    'short-inner-crash': cutting((is) => (node, payload, outer) => {
      if (payload.length < IPV6.HEADER_LENGTH) answerParameterProblem(node, outer);
      return is(node, payload, outer);
    }),
  }),
  ...faultsOf('decap.truncated-inner', {
    'pl-too-long-forwarded': cutting(
      (is) => (node, payload, outer) =>
        isIpv6(payload) && lengthOf(payload) > payload.length ? payload : is(node, payload, outer),
    ),
    overread: cutting((is) => {
      let before = new Uint8Array(0);
      return (node, payload, outer) => {
        const missing = isIpv6(payload) ? Math.min(lengthOf(payload), OVERREAD_LIMIT_BYTES) - payload.length : 0;
        const stale = new Uint8Array(Math.max(missing, 0));
        stale.set(before.subarray(0, stale.length));
        before = payload.slice();
        return missing > 0 ? concat(payload, stale) : is(node, payload, outer);
      };
    }),
  }),
  ...faultsOf('decap.unspecified-source', {
    'unspec-src-forwarded': acceptingInnerSource((bytes, at) => matchesPrefix(UNSPECIFIED, bytes, at)),
  }),
];
