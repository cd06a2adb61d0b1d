import { InvalidArgumentError } from 'commander';
import { Ipv4Address } from '../address/ipv4-address.ts';
import { isProto41Error } from '../errors.ts';
import { NODE_NAMES, type NodeName } from '../node/node.ts';
import { INTERFACE_BACKENDS, type InterfaceBackend } from '../wire/interface/interface-wire.ts';
import { checkNoOptionRepeated, parseProfile, ProfileError } from '../profile/index.ts';
import { printable } from '../report/escape.ts';
import { AREAS, type Area, type LevelClass } from '../runner/requirement.ts';
import { parseShard, type Shard } from '../runner/select-cases.ts';

/** Readers of option values. What they throw is shown behind the name of the flag and the value that was found. */

export const EVIDENCE_MODES = ['all', 'failures'] as const;
export type EvidenceMode = (typeof EVIDENCE_MODES)[number];

const LEVEL_CLASSES: Readonly<Record<LevelClass, readonly LevelClass[]>> = {
  must: ['must'],
  should: ['must', 'should'],
  may: ['must', 'should', 'may'],
};

const isOneOf = <Value extends string>(values: readonly Value[], text: string): text is Value =>
  values.some((value) => value === text);

const expectOneOf = <Value extends string>(values: readonly Value[], text: string): Value => {
  if (isOneOf(values, text)) return text;
  throw new InvalidArgumentError(`Expected one of ${values.join(', ')}.`);
};

export const readNode = (text: string): NodeName => expectOneOf(NODE_NAMES, text);

export const readWire = (text: string): InterfaceBackend => expectOneOf(INTERFACE_BACKENDS, text);

export const readEvidence = (text: string): EvidenceMode => expectOneOf(EVIDENCE_MODES, text);

export const readArea = (text: string): Area => expectOneOf(AREAS, text);

/** `should` means everything that is at least a SHOULD. */
export const readLevel = (text: string): readonly LevelClass[] =>
  LEVEL_CLASSES[expectOneOf(['must', 'should', 'may'], text)];

export const readRepeat = (text: string): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 1000000.');
};

export const readJobs = (text: string): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 64.');
};

export const readPropertyPackets = (text: string): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 100_000_000) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 100000000.');
};

/** A whole number of things, up to what an IPv4 network can hold. */
export const readCount = (text: string): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 2 ** 32) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 to 4294967296.');
};

export const readAmount = (text: string): number => {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value <= 1_000_000) return value;
  throw new InvalidArgumentError('Expected a number from 0 to 1000000.');
};

export const readIpv4 = (text: string): Ipv4Address => {
  try {
    return Ipv4Address.parse(text);
  } catch (error) {
    if (isProto41Error(error)) throw new InvalidArgumentError(error.message);
    throw error;
  }
};

export const readShard = (text: string): Shard => {
  try {
    return parseShard(text);
  } catch (error) {
    if (isProto41Error(error)) throw new InvalidArgumentError('Expected i/n with 1 <= i <= n, e.g. 2/4.');
    throw error;
  }
};

export const readSeed = (text: string): string => {
  if (/^[\w.:-]{1,64}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected 1 to 64 letters, digits, or any of . : _ -');
};

export const readText = (text: string): string => {
  if (text !== '') return text;
  throw new InvalidArgumentError('Expected a value that is not empty.');
};

/** For a repeatable option: `reader` for each value, all of them in order. */
export const collect =
  <Value>(reader: (text: string) => Value) =>
  (text: string, previous: readonly Value[] | undefined): readonly Value[] => [...(previous ?? []), reader(text)];

/** The profile text itself, once it is known to be one; the position of what is wrong is marked below it. */
export const readProfileText = (text: string): string => {
  try {
    parseProfile(text);
    checkNoOptionRepeated(text);
    return text;
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw new InvalidArgumentError(invalidProfile(error));
  }
};

/** What is wrong with the text of a profile, and below it the text with the place marked. */
export const invalidProfile = (error: ProfileError): string => {
  const reason = error.message.replace(/^Profile .*?, at position \d+: /s, '');
  const shown = printable(error.text);
  const indent = printable(error.text.slice(0, error.position)).length;
  return `At position ${String(error.position)}: ${printable(reason)}\n  ${shown}\n  ${' '.repeat(indent)}^`;
};
