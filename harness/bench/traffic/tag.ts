/**
 * What identifies a counted frame: 16 bytes behind its UDP header (RFC 8219 section 7.2 puts the identification there). Each word
 * of the first half has its complement in the second, so that the sum over the tag, and with it every checksum, is always the same.
 */
import { writeUint16 } from '../../packet/bytes.ts';

export const TAG_BYTES = 16;

const MAGIC = 0x41;
const HALF = TAG_BYTES / 2;
const TRIAL = 2;
const SEQUENCE = 4;

/** Trials are told apart by 16 bits: what is still on its way belongs to one of the last few. */
export const TRIAL_NUMBERS = 0x10000;

const writeWord = (bytes: Uint8Array, at: number, word: number): void => {
  writeUint16(bytes, at, word);
  writeUint16(bytes, at + HALF, ~word & 0xffff);
};

/** Which stream and trial the frame belongs to: the part that is the same for all frames of a trial. */
export const writeTagOwner = (bytes: Uint8Array, at: number, stream: number, trial: number): void => {
  writeWord(bytes, at, (MAGIC << 8) | stream);
  writeWord(bytes, at + TRIAL, trial);
};

export const writeTagSequence = (bytes: Uint8Array, at: number, sequence: number): void => {
  writeWord(bytes, at + SEQUENCE, sequence >>> 16);
  writeWord(bytes, at + SEQUENCE + 2, sequence & 0xffff);
};

/** Whether each word has its complement: a damaged trial number is not one of another trial. */
export const isTagWhole = (bytes: Uint8Array, at: number): boolean => {
  for (let index = at; index < at + HALF; index += 1)
    if (((bytes[index] ?? 0) ^ (bytes[index + HALF] ?? 0)) !== 0xff) return false;
  return true;
};

/** Whether a counted frame of this stream stands there. The complements are not looked at: the whole frame is compared. */
export const isTagOf = (bytes: Uint8Array, at: number, stream: number): boolean =>
  bytes[at] === MAGIC && bytes[at + 1] === stream;

export const tagTrial = (bytes: Uint8Array, at: number): number =>
  ((bytes[at + TRIAL] ?? 0) << 8) | (bytes[at + TRIAL + 1] ?? 0);

export const tagSequence = (bytes: Uint8Array, at: number): number =>
  (((bytes[at + SEQUENCE] ?? 0) << 24) |
    ((bytes[at + SEQUENCE + 1] ?? 0) << 16) |
    ((bytes[at + SEQUENCE + 2] ?? 0) << 8) |
    (bytes[at + SEQUENCE + 3] ?? 0)) >>>
  0;

/** A tag of no trial, as frames are laid out before the first one. */
export const blankTag = (stream: number): Uint8Array => {
  const tag = new Uint8Array(TAG_BYTES);
  writeTagOwner(tag, 0, stream, 0);
  writeTagSequence(tag, 0, 0);
  return tag;
};
