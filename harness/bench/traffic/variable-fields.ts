/** Fields of an outer header that a node chooses per packet: they are taken over from what came out, and nothing else is. */
import { internetChecksum, pseudoHeaderSum, updateChecksum } from '../../packet/checksum.ts';
import { readUint16, writeUint16 } from '../../packet/bytes.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { UDP } from '../../packet/udp.ts';
import { udpPortOf, type Profile } from '../../profile/index.ts';

/** Takes the fields over from `frame` into what is expected, and adjusts the checksums over them. */
export type TakeOver = (frame: Uint8Array, expected: Uint8Array) => void;

const AT = ETHERNET.HEADER_LENGTH;
const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;
const OPTIONS_BYTES = 8;

/** Where the UDP header of a tunnel packet stands in a frame of the profile; undefined without one. */
const outerUdpAt = (profile: Profile): number | undefined => {
  if (udpPortOf(profile) === undefined) return undefined;
  if (profile.switches.outerFamily === 'ipv4') return AT + IPV4_HEADER_BYTES;
  return AT + IPV6_HEADER_BYTES + (profile.switches.encapLimit === 'off' ? 0 : OPTIONS_BYTES);
};

/**
 * The fields of the profile. An Identification means nothing in a packet that cannot be fragmented (RFC 6864 section 4.1), flow label
 * and UDP source port are any function of the flow (RFC 6438 section 3, RFC 8086 section 3.2.1).
 */
export const variableFields = (profile: Profile): readonly TakeOver[] => {
  const fields = [profile.switches.outerFamily === 'ipv4' ? takeIdentification : takeFlowLabel];
  const udpAt = outerUdpAt(profile);
  if (udpAt !== undefined && profile.switches.sourcePort === 'entropy') fields.push(takeSourcePort(udpAt));
  return fields;
};

const takeIdentification: TakeOver = (frame, expected) => {
  const word = readUint16(frame, AT + IPV4.IDENTIFICATION);
  replaceWord(expected, AT + IPV4.IDENTIFICATION, word, AT + IPV4.HEADER_CHECKSUM);
};

const takeFlowLabel: TakeOver = (frame, expected) => {
  expected[AT + 1] = ((expected[AT + 1] ?? 0) & 0xf0) | ((frame[AT + 1] ?? 0) & 0x0f);
  expected[AT + 2] = frame[AT + 2] ?? 0;
  expected[AT + 3] = frame[AT + 3] ?? 0;
};

const takeSourcePort =
  (udpAt: number): TakeOver =>
  (frame, expected) => {
    const port = readUint16(frame, udpAt);
    // Zero says that there is no checksum, whatever the port (RFC 768).
    if (readUint16(expected, udpAt + UDP.CHECKSUM) === 0) writeUint16(expected, udpAt, port);
    else {
      replaceWord(expected, udpAt, port, udpAt + UDP.CHECKSUM);
      if (readUint16(expected, udpAt + UDP.CHECKSUM) === 0) writeUint16(expected, udpAt + UDP.CHECKSUM, 0xffff);
    }
  };

const replaceWord = (bytes: Uint8Array, at: number, word: number, checksumAt: number): void => {
  const old = readUint16(bytes, at);
  if (old === word) return;
  writeUint16(bytes, checksumAt, updateChecksum(readUint16(bytes, checksumAt), old, word));
  writeUint16(bytes, at, word);
};

/** Puts the checksum into the UDP header around a tunnelled packet in IPv4, where the profile asks for one. */
export const withOuterUdpChecksum = (frame: Uint8Array, profile: Profile): Uint8Array => {
  const udpAt = outerUdpAt(profile);
  const { outerFamily, udpChecksum } = profile.switches;
  if (udpAt === undefined || outerFamily !== 'ipv4' || udpChecksum !== 'on') return frame;
  const lengthBytes = frame.length - udpAt;
  writeUint16(frame, udpAt + UDP.CHECKSUM, 0);
  const pseudo = pseudoHeaderSum(frame, AT + IPV4.SOURCE, frame, AT + IPV4.DESTINATION, 4, PROTOCOL.UDP, lengthBytes);
  writeUint16(frame, udpAt + UDP.CHECKSUM, internetChecksum(frame, udpAt, udpAt + lengthBytes, pseudo) || 0xffff);
  return frame;
};
