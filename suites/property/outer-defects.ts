import { ETHERNET, IPV4, IPV6, ipv4TotalLength, writeUint16 } from '../../harness/packet/index.ts';
import { seededRandom } from '../../harness/random.ts';
import { isBrokenIpv4, within, withChecksum, type Defect } from './defect.ts';

const HEADER = 'decap.outer-header-malformed';
const CHECKSUM = 'decap.outer-checksum';
const VERSIONS = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

const withTotalLength = (frame: Uint8Array, at: number, totalBytes: number): Uint8Array => {
  writeUint16(frame, at + IPV4.TOTAL_LENGTH, totalBytes);
  return withChecksum(frame, at);
};

/** What is wrong with an outer IPv4 header (RFC 791 section 3.1, RFC 1122 sections 3.2.1.1 and 3.2.1.2), whatever it carries. */
export const OUTER_DEFECTS: readonly Defect[] = [
  {
    title: 'another outer version than 4',
    requirement: HEADER,
    apply: (frame, { outer }, parameter) => {
      const version = VERSIONS[parameter % VERSIONS.length] ?? 0;
      frame[outer] = ((frame[outer] ?? 0) & 0x0f) | (version << 4);
      return withChecksum(frame, outer);
    },
  },
  {
    title: 'an outer IHL below 5',
    requirement: HEADER,
    apply: (frame, { outer }, parameter) => {
      frame[outer] = 0x40 | (parameter % 5);
      return withChecksum(frame, outer);
    },
  },
  {
    title: 'an outer Total Length below the header',
    requirement: HEADER,
    apply: (frame, { outer }, parameter) =>
      withTotalLength(frame, outer, within(0, IPV4.MINIMUM_HEADER_LENGTH - 1, parameter)),
  },
  {
    title: 'an outer Total Length beyond the frame',
    requirement: HEADER,
    apply: (frame, { outer }, parameter) =>
      withTotalLength(frame, outer, within(frame.length - outer + 1, 0xffff, parameter)),
  },
  {
    title: 'the end of the frame cut off',
    requirement: HEADER,
    apply: (frame, { outer }, parameter) => {
      const endOfPacket = outer + ipv4TotalLength(frame, outer);
      return frame.slice(0, within(ETHERNET.HEADER_LENGTH, endOfPacket - 1, parameter));
    },
  },
  {
    title: 'a wrong outer checksum',
    requirement: CHECKSUM,
    apply: (frame, { outer }, parameter) => {
      const checksumAt = outer + IPV4.HEADER_CHECKSUM;
      // One bit changes the sum for certain; any other change might be 0x0000 for 0xffff, which mean the same.
      const bit = parameter % 16;
      const at = checksumAt + (bit >> 3);
      frame[at] = (frame[at] ?? 0) ^ (1 << (bit & 7));
      return frame;
    },
  },
  {
    title: 'damage in the outer header',
    requirement: CHECKSUM,
    apply: (frame, { outer }, parameter) => {
      const random = seededRandom(parameter);
      do {
        const at = outer + random.int(IPV4.MINIMUM_HEADER_LENGTH);
        frame[at] = (frame[at] ?? 0) ^ (1 + random.int(255));
      } while (!isBrokenIpv4(frame, outer) || random.chance(0.3));
      return frame;
    },
  },
  {
    title: 'less than an IPv6 header inside',
    requirement: 'decap.short-outer-payload',
    apply: (frame, { outer, inner }, parameter) => {
      const end = within(inner, inner + IPV6.HEADER_LENGTH - 1, parameter);
      return withTotalLength(frame.slice(0, end), outer, end - outer);
    },
  },
];
