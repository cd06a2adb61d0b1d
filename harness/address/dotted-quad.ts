import { AddressError } from './address-error.ts';

const OCTETS = 4;

/**
 * Reads a strict dotted quad: four decimal octets 0-255 without leading zeros.
 *
 * The short and octal forms of inet_aton ("10.1", "010.0.0.1") name other addresses in other programs, so they are refused.
 *
 * @param text - The whole text, which an error names.
 * @param start - Index where the quad begins; it must reach to the end of `text`.
 * @throws AddressError with the position of the first character that does not fit.
 */
export function parseDottedQuad(text: string, start = 0): Uint8Array {
  const bytes = new Uint8Array(OCTETS);
  let at = start;
  for (let index = 0; index < OCTETS; index += 1) {
    if (index > 0) {
      if (text[at] !== '.') {
        throw new AddressError(
          `Expected a dot before octet ${index + 1} of an IPv4 address, found ${shown(text, at)}`,
          { text, position: at },
        );
      }
      at += 1;
    }
    const digits = /^[0-9]*/.exec(text.slice(at))?.[0] ?? '';
    if (digits === '') {
      throw new AddressError(`Expected octet ${index + 1} of an IPv4 address (0-255), found ${shown(text, at)}`, {
        text,
        position: at,
      });
    }
    if (digits.length > 1 && digits.startsWith('0')) {
      throw new AddressError(
        `Expected octet ${index + 1} without leading zeros (some programs read them as octal), found "${digits}"`,
        {
          text,
          position: at,
        },
      );
    }
    if (digits.length > 3 || Number(digits) > 255) {
      throw new AddressError(`Expected octet ${index + 1} of an IPv4 address (0-255), found "${digits}"`, {
        text,
        position: at,
      });
    }
    bytes[index] = Number(digits);
    at += digits.length;
  }
  if (at !== text.length) {
    throw new AddressError(`Expected the end of the IPv4 address, found ${shown(text, at)}`, { text, position: at });
  }
  return bytes;
}

/** The character at an index, quoted for a message. */
function shown(text: string, at: number): string {
  const character = text[at];
  return character === undefined ? 'the end of the text' : JSON.stringify(character);
}
