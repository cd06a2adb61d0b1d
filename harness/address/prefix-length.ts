import { AddressError } from './address-error.ts';

/** The two halves of `address/length` text. */
export interface PrefixText {
  readonly address: string;
  readonly length: number;
}

/**
 * Splits `address/length` text at its slash and reads the length strictly (decimal, no sign, no leading zeros).
 *
 * @throws AddressError without a slash or with a length outside 0 to `addressBits`.
 */
export function splitPrefixText(text: string, addressBits: 32 | 128): PrefixText {
  const slash = text.indexOf('/');
  if (slash === -1) {
    throw new AddressError('Expected a prefix as address/length, found no "/"', { text, position: text.length });
  }
  const digits = text.slice(slash + 1);
  const length = Number(digits);
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits) || length > addressBits) {
    throw new AddressError(`Expected a prefix length from 0 to ${addressBits}, found ${JSON.stringify(digits)}`, {
      text,
      position: slash + 1,
    });
  }
  return { address: text.slice(0, slash), length };
}

/** @throws AddressError unless `length` is an integer from 0 to `addressBits`. */
export function assertPrefixLength(length: number, addressBits: 32 | 128): void {
  if (!Number.isInteger(length) || length < 0 || length > addressBits) {
    throw new AddressError(`Expected a prefix length from 0 to ${addressBits}, found ${length}`);
  }
}

/** True when the first `length` bits of two equally long byte strings agree. */
export function sharesPrefix(left: Uint8Array, right: Uint8Array, length: number): boolean {
  const wholeBytes = length >>> 3;
  for (let index = 0; index < wholeBytes; index += 1) {
    if (left[index] !== right[index]) {
      return false;
    }
  }
  const restBits = length & 7;
  return restBits === 0 || ((left[wholeBytes] ?? 0) ^ (right[wholeBytes] ?? 0)) >>> (8 - restBits) === 0;
}
