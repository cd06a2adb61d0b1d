import { AddressError } from './address-error.ts';
import { parseDottedQuad } from './dotted-quad.ts';

const GROUPS = 8;

/**
 * Reads the text forms of RFC 4291 section 2.2: eight groups, one `::`, and a dotted quad in place of the last two groups.
 *
 * @returns Eight groups of 16 bits.
 * @throws AddressError with the position of the first character that does not fit. Zone identifiers are refused.
 */
export function parseIpv6Groups(text: string): number[] {
  const groups: number[] = [];
  let gap: number | undefined;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (at < text.length || gap !== groups.length) {
    const colon = text.indexOf(':', at);
    const end = colon === -1 ? text.length : colon;
    const read = readPiece(text, at, end);
    groups.push(...read);
    if (groups.length > GROUPS) {
      throw new AddressError(`Expected at most ${GROUPS} groups in an IPv6 address`, { text, position: at });
    }
    at = end;
    if (at === text.length) {
      break;
    }
    if (!text.startsWith('::', at)) {
      at += 1;
    } else if (gap === undefined) {
      gap = groups.length;
      at += 2;
    } else {
      throw new AddressError('Expected at most one "::" in an IPv6 address', { text, position: at });
    }
  }
  return fillGap(text, groups, gap);
}

/** Reads one group, or the two groups of a closing dotted quad. */
function readPiece(text: string, at: number, end: number): number[] {
  const piece = text.slice(at, end);
  if (piece.includes('%')) {
    throw new AddressError('Expected an IPv6 address without a zone identifier', {
      text,
      position: text.indexOf('%', at),
    });
  }
  if (piece.includes('.')) {
    const [a = 0, b = 0, c = 0, d = 0] = parseDottedQuad(text, at);
    return [a * 256 + b, c * 256 + d];
  }
  const digits = /^[0-9a-f]*/i.exec(piece)?.[0].length ?? 0;
  if (digits === 0 || digits !== piece.length || digits > 4) {
    const found = piece === '' ? 'none' : JSON.stringify(piece);
    throw new AddressError(`Expected a group of 1 to 4 hexadecimal digits, found ${found}`, {
      text,
      position: at + Math.min(digits, 4),
    });
  }
  return [Number.parseInt(piece, 16)];
}

function fillGap(text: string, groups: readonly number[], gap: number | undefined): number[] {
  const missing = GROUPS - groups.length;
  if (gap === undefined) {
    if (missing > 0) {
      throw new AddressError(`Expected ${GROUPS} groups or a "::" in an IPv6 address, found ${groups.length} groups`, {
        text,
        position: text.length,
      });
    }
    return [...groups];
  }
  if (missing < 1) {
    throw new AddressError(`Expected "::" to stand for at least one group, found ${GROUPS} groups beside it`, {
      text,
      position: text.indexOf('::'),
    });
  }
  return [...groups.slice(0, gap), ...Array.from({ length: missing }, () => 0), ...groups.slice(gap)];
}

/**
 * Prints eight groups as RFC 5952 section 4 and 5 ask: lower case, no leading zeros, `::` for the first of the longest runs of two or more
 * zero groups, and a dotted quad only for IPv4-mapped addresses.
 */
export function formatIpv6Groups(groups: readonly number[]): string {
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) {
    const quad = groups.slice(6).flatMap((group) => [group >>> 8, group & 0xff]);
    return `::ffff:${quad.join('.')}`;
  }
  const hex = groups.map((group) => group.toString(16));
  const run = longestZeroRun(groups);
  if (run.length < 2) {
    return hex.join(':');
  }
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > longest.length) {
      longest = { start: index - length + 1, length };
    }
  }
  return longest;
}
