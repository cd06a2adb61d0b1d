import { Ipv6Address } from '../../harness/address/index.ts';
import { ETHERNET, IPV6, readUint16, writeUint16 } from '../../harness/packet/index.ts';
import { within, type Defect } from './defect.ts';

const VERSIONS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const TIME_EXCEEDED = { type: 3, codes: [0] };

/** Writes an address whose last bytes come from the parameter where it is a group. */
const address = (text: string): Uint8Array => Ipv6Address.parse(text).bytes;

const withAddress = (frame: Uint8Array, at: number, bytes: Uint8Array): Uint8Array => {
  frame.set(bytes, at);
  return frame;
};

/** Who is charged for what both directions demand. */
interface Clauses {
  readonly version: string;
  readonly truncated: string;
  readonly expired: string;
  readonly source: string;
  readonly unspecifiedSource: string;
}

/** What is wrong with an IPv6 packet wherever it comes from (RFC 8200 section 3, RFC 4291 sections 2.5.2, 2.5.3 and 2.7). */
const ipv6Defects = (clauses: Clauses): readonly Defect[] => [
  {
    title: 'another version than 6',
    requirement: clauses.version,
    apply: (frame, { inner }, parameter) => {
      const version = VERSIONS[parameter % VERSIONS.length] ?? 0;
      frame[inner] = ((frame[inner] ?? 0) & 0x0f) | (version << 4);
      return frame;
    },
  },
  {
    title: 'a Payload Length beyond its end',
    requirement: clauses.truncated,
    apply: (frame, { inner }, parameter) => {
      const lengthBytes = readUint16(frame, inner + IPV6.PAYLOAD_LENGTH);
      writeUint16(frame, inner + IPV6.PAYLOAD_LENGTH, within(lengthBytes + 1, 0xffff, parameter));
      return frame;
    },
  },
  {
    title: 'Hop Limit 0 or 1',
    requirement: clauses.expired,
    allow: [TIME_EXCEEDED],
    apply: (frame, { inner }, parameter) => {
      frame[inner + IPV6.HOP_LIMIT] = parameter % 2;
      return frame;
    },
  },
  {
    title: 'a multicast source',
    requirement: clauses.source,
    apply: (frame, { inner }) => withAddress(frame, inner + IPV6.SOURCE, address('ff0e::41')),
  },
  {
    title: 'the loopback address as source',
    requirement: clauses.source,
    apply: (frame, { inner }) => withAddress(frame, inner + IPV6.SOURCE, address('::1')),
  },
  {
    title: 'the unspecified address as source',
    requirement: clauses.unspecifiedSource,
    apply: (frame, { inner }) => withAddress(frame, inner + IPV6.SOURCE, address('::')),
  },
  {
    title: 'the loopback address as destination',
    requirement: 'ipv6.scope-not-forwarded',
    apply: (frame, { inner }) => withAddress(frame, inner + IPV6.DESTINATION, address('::1')),
  },
];

/** What is wrong with a packet of a pod. */
export const POD_DEFECTS: readonly Defect[] = [
  ...ipv6Defects({
    version: 'security.malformed-survival',
    truncated: 'security.malformed-survival',
    expired: 'hop-limit.encap-expired',
    source: 'ipv6.scope-not-forwarded',
    unspecifiedSource: 'ipv6.scope-not-forwarded',
  }),
  {
    title: 'its end cut off',
    requirement: 'security.malformed-survival',
    apply: (frame, _places, parameter) => frame.slice(0, within(ETHERNET.HEADER_LENGTH, frame.length - 1, parameter)),
  },
];

/** What is wrong with a packet inside the tunnel. */
export const CARRIED_DEFECTS: readonly Defect[] = ipv6Defects({
  version: 'decap.inner-version',
  truncated: 'decap.truncated-inner',
  expired: 'hop-limit.decap-expired',
  source: 'decap.invalid-inner-source',
  unspecifiedSource: 'decap.unspecified-source',
});
