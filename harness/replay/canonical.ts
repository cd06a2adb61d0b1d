import { copyOf } from '../packet/arena.ts';
import { readUint16, writeUint16 } from '../packet/bytes.ts';
import { internetChecksum, pseudoHeaderSum } from '../packet/checksum.ts';
import { ETHERNET } from '../packet/ethernet.ts';
import { ipv4FragmentOffset, ipv4HeaderLengthBytes, ipv4Protocol } from '../packet/ipv4.ts';
import { IPV6, ipv6NextHeader } from '../packet/ipv6.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import type { DutMacs } from '../tester/course.ts';
import { flowLabelsInside } from '../tester/flow-labels.ts';
import { isIpv4Frame, isIpv6Frame } from '../tester/outer-packet.ts';
import type { PortName } from '../wire/wire.ts';

export interface OutputFrame {
  readonly port: PortName;
  readonly bytes: Uint8Array;
}

const AT = ETHERNET.HEADER_LENGTH;
const IDENTIFICATION_AT = AT + 4;
const HEADER_CHECKSUM_AT = AT + 10;
const UDP_CHECKSUM = 6;

/** A value that the DUT is free to choose: where it stands, which one it is, and what of it is no choice. */
interface FreeValue {
  readonly at: number;
  readonly name: string;
  readonly value: number;
  readonly kind: string;
}

/**
 * The frames with what the DUT is free to choose left out: Identification, UDP source port, the flow label of its own packets, the
 * checksums over them, its MAC address. What is left of those values is what a clause can speak of: whether a value is zero,
 * whether another frame has the same, in which range a port is, whether a checksum is right. One text for each frame; equal
 * texts are the same output.
 */
export const canonicalOutputs = (
  frames: readonly OutputFrame[],
  dutMacs: DutMacs,
  stimulusLabels: ReadonlySet<number>,
): readonly string[] => {
  const free = frames.map((frame) => freeValuesOf(frame, stimulusLabels));
  const users = new Map<string, number>();
  for (const values of free)
    for (const { name, value } of values) users.set(`${name} ${value}`, (users.get(`${name} ${value}`) ?? 0) + 1);
  return frames.map((frame, index) => {
    const bytes = copyOf(frame.bytes);
    const words: string[] = [];
    if (macText(bytes, ETHERNET.SOURCE) === dutMacs[frame.port]) {
      bytes.fill(0, ETHERNET.SOURCE, ETHERNET.SOURCE + 6);
      words.push('own MAC');
    }
    for (const { at, name, value, kind } of free[index] ?? []) {
      clear(bytes, at, name);
      const use = value === 0 || (users.get(`${name} ${value}`) ?? 0) < 2 ? '' : ' shared';
      words.push(`${name} ${kind}${use}`);
    }
    for (const { at, name, state } of checksumsOf(frame.bytes)) {
      writeUint16(bytes, at, 0);
      words.push(`${name} ${state}`);
    }
    return `${frame.port} ${words.join(', ')} ${Buffer.from(bytes).toString('hex')}`;
  });
};

export const labelsOf = (frames: Iterable<Uint8Array>): ReadonlySet<number> => {
  const labels = new Set<number>();
  for (const frame of frames) for (const { label } of flowLabelsInside(frame)) labels.add(label);
  return labels;
};

const LABEL = 'flow label';

const freeValuesOf = ({ port, bytes }: OutputFrame, stimulusLabels: ReadonlySet<number>): FreeValue[] => {
  const values: FreeValue[] = [];
  if (isIpv4Frame(bytes)) {
    const value = readUint16(bytes, IDENTIFICATION_AT);
    values.push({ at: IDENTIFICATION_AT, name: 'Identification', value, kind: value === 0 ? '0' : 'set' });
  }
  const udpAt = port === 'P' ? undefined : outerUdpAt(bytes);
  if (udpAt !== undefined) {
    const value = readUint16(bytes, udpAt);
    values.push({ at: udpAt, name: 'source port', value, kind: portRange(value) });
  }
  for (const { label, at } of flowLabelsInside(bytes))
    if (label !== 0 && !stimulusLabels.has(label)) values.push({ at, name: LABEL, value: label, kind: 'own' });
  return values;
};

const clear = (bytes: Uint8Array, at: number, name: string): void => {
  if (name !== LABEL) {
    writeUint16(bytes, at, 0);
    return;
  }
  bytes[at + 1] = (bytes[at + 1] ?? 0) & 0xf0;
  writeUint16(bytes, at + 2, 0);
};

const portRange = (port: number): string => {
  if (port === 0) return '0';
  return port < 1024 ? 'well-known' : port < 0xc000 ? 'registered' : 'dynamic';
};

const outerUdpAt = (bytes: Uint8Array): number | undefined => {
  let at: number | undefined;
  if (isIpv4Frame(bytes) && ipv4Protocol(bytes, AT) === PROTOCOL.UDP && ipv4FragmentOffset(bytes, AT) === 0)
    at = AT + ipv4HeaderLengthBytes(bytes, AT);
  if (isIpv6Frame(bytes) && ipv6NextHeader(bytes, AT) === PROTOCOL.UDP) at = AT + IPV6.HEADER_LENGTH;
  return at !== undefined && at + 8 <= bytes.length ? at : undefined;
};

interface Checksum {
  readonly at: number;
  readonly name: string;
  readonly state: '0' | 'right' | 'wrong';
}

const checksumsOf = (bytes: Uint8Array): Checksum[] => {
  const checksums: Checksum[] = [];
  if (isIpv4Frame(bytes)) {
    const end = Math.min(bytes.length, AT + ipv4HeaderLengthBytes(bytes, AT));
    const isRight = internetChecksum(bytes, AT, end) === 0;
    checksums.push({ at: HEADER_CHECKSUM_AT, name: 'header checksum', state: isRight ? 'right' : 'wrong' });
  }
  const udpAt = outerUdpAt(bytes);
  if (udpAt !== undefined)
    checksums.push({ at: udpAt + UDP_CHECKSUM, name: 'UDP checksum', state: udpState(bytes, udpAt) });
  return checksums;
};

const udpState = (bytes: Uint8Array, udpAt: number): Checksum['state'] => {
  if (readUint16(bytes, udpAt + UDP_CHECKSUM) === 0) return '0';
  const lengthBytes = readUint16(bytes, udpAt + 4);
  const [source, destination, size] = isIpv4Frame(bytes)
    ? ([AT + 12, AT + 16, 4] as const)
    : ([AT + IPV6.SOURCE, AT + IPV6.DESTINATION, 16] as const);
  const pseudo = pseudoHeaderSum(bytes, source, bytes, destination, size, PROTOCOL.UDP, lengthBytes);
  const end = Math.min(bytes.length, udpAt + lengthBytes);
  return internetChecksum(bytes, udpAt, end, pseudo) === 0 ? 'right' : 'wrong';
};

const macText = (bytes: Uint8Array, at: number): string =>
  Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
