import { isProto41Error } from '../errors.ts';
import { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import { NAMED_PROFILES } from './named.ts';
import type { Mapping } from './profile.ts';
import { ProfileError } from './profile-error.ts';

/**
 * Reads the head of a profile text: `6rd:<IPv6 prefix>+<IPv4 prefix>`, `6rd-br:` with the same, `isatap:<IPv6 prefix>/64`, `6to4`,
 * `6in4`, `ip6ip6`.
 *
 * @throws ProfileError with the position of what is wrong.
 */
export const readMapping = (head: string, text: string): Mapping => {
  if (head === '6to4' || head === '6in4' || head === 'ip6ip6') return { kind: head };
  const colon = head.indexOf(':') + 1;
  switch (head.slice(0, colon)) {
    case '6rd:':
      return readDomain(head, colon, 'ce', text);
    case '6rd-br:':
      return readDomain(head, colon, 'br', text);
    case 'isatap:':
      return readIsatap(head, colon, text);
  }
  const names = NAMED_PROFILES.map((profile) => profile.name).join(', ');
  throw new ProfileError(
    `expected one of ${names}, or 6rd:<IPv6 prefix>+<IPv4 prefix> (6rd-br: the same), or isatap:<IPv6 prefix>/64, found ${JSON.stringify(head)}`,
    text,
    0,
  );
};

export const mappingText = (mapping: Mapping): string => {
  switch (mapping.kind) {
    case '6rd':
      return `6rd${mapping.role === 'br' ? '-br' : ''}:${mapping.domainPrefix.toString()}+${mapping.ipv4Prefix.toString()}`;
    case 'isatap':
      return `isatap:${mapping.prefix.toString()}`;
    default:
      return mapping.kind;
  }
};

const readDomain = (head: string, start: number, role: 'ce' | 'br', text: string): Mapping => {
  const plus = head.indexOf('+');
  if (plus < 0)
    throw new ProfileError(
      `expected ${head.slice(0, start)}<IPv6 prefix>+<IPv4 prefix>, found no "+"`,
      text,
      head.length,
    );
  const domainPrefix = located(text, start, () => Ipv6Prefix.parse(head.slice(start, plus)));
  const ipv4Prefix = located(text, plus + 1, () => Ipv4Prefix.parse(head.slice(plus + 1)));
  // RFC 5969 section 4: what is left after the embedded bits is delegated, and a /64 must fit.
  const delegatedLength = domainPrefix.length + 32 - ipv4Prefix.length;
  if (delegatedLength > 64) {
    throw new ProfileError(
      `expected prefix length + (32 - IPv4 prefix length) of at most 64 so that every node has a /64, found ${String(delegatedLength)}`,
      text,
      start,
    );
  }
  return { kind: '6rd', domainPrefix, ipv4Prefix, role };
};

/** RFC 5214 section 6.1: the interface identifier is 64 bits long, so is the prefix. */
const readIsatap = (head: string, start: number, text: string): Mapping => {
  const prefix = located(text, start, () => Ipv6Prefix.parse(head.slice(start)));
  if (prefix.length !== 64)
    throw new ProfileError(`expected a prefix of 64 bits, found one of ${String(prefix.length)}`, text, start);
  return { kind: 'isatap', prefix };
};

const located = <T>(text: string, position: number, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (isProto41Error(error)) throw new ProfileError(error.message, text, position);
    throw error;
  }
};
