import { isProto41Error } from '../errors.ts';
import { Ipv4Prefix } from '../address/ipv4-prefix.ts';
import { Ipv6Prefix } from '../address/ipv6-prefix.ts';
import { defaultSwitches, DEFAULT_OUTER_TTL, DEFAULT_STATIC_MTU_BYTES } from './defaults.ts';
import { NAMED_PROFILES } from './named.ts';
import { applyOption, optionTexts, type ProfileDraft } from './options.ts';
import type { CatalogueProfile, Mapping, Profile } from './profile.ts';
import { ProfileError } from './profile-error.ts';
import type { Switches } from './switches.ts';

/**
 * Reads a profile: a name of {@link NAMED_PROFILES} or a mapping (`6rd:<prefix>+<IPv4 prefix>`, `6to4`, `6in4`), each with
 * options after commas (`overlay,encap=fou:3544,mtu=static:1280`).
 *
 * @throws ProfileError with the position of what is wrong.
 */
export const parseProfile = (text: string): Profile => {
  const [head = '', ...options] = text.split(',');
  const named = NAMED_PROFILES.find((profile) => profile.name === head);
  const base = named === undefined ? undefined : readMappingAndOptions(named.text);
  const mapping = base?.mapping ?? readMapping(head, text);
  const draft: ProfileDraft = base ?? newDraft(mapping);
  let position = head.length + 1;
  for (const option of options) {
    applyOption(draft, option, text, position);
    position += option.length + 1;
  }
  return finish(options.length === 0 && named !== undefined ? named.name : undefined, mapping, draft);
};

/** The same profile with other switch values, e.g. for a case that needs the static MTU mode. */
export const withSwitches = (profile: Profile, changes: Partial<Switches>): Profile =>
  finish(undefined, profile.mapping, { ...profile, switches: { ...profile.switches, ...changes } });

const newDraft = (mapping: Mapping): ProfileDraft => ({
  encapsulation: { kind: 'protocol-41' },
  switches: defaultSwitches(mapping.kind),
  outerTtl: DEFAULT_OUTER_TTL,
  fixedTos: 0,
  staticMtuBytes: DEFAULT_STATIC_MTU_BYTES,
});

const readMappingAndOptions = (text: string): ProfileDraft & { mapping: Mapping } => {
  const [head = '', ...options] = text.split(',');
  const mapping = readMapping(head, text);
  const draft = { ...newDraft(mapping), mapping };
  for (const option of options) applyOption(draft, option, text, text.indexOf(option));
  return draft;
};

const readMapping = (head: string, text: string): Mapping => {
  if (head === '6to4' || head === '6in4') return { kind: head };
  if (!head.startsWith('6rd:')) {
    const names = NAMED_PROFILES.map((profile) => profile.name).join(', ');
    throw new ProfileError(
      `expected one of ${names}, or 6rd:<IPv6 prefix>+<IPv4 prefix>, found ${JSON.stringify(head)}`,
      text,
      0,
    );
  }
  const plus = head.indexOf('+');
  if (plus < 0) throw new ProfileError('expected 6rd:<IPv6 prefix>+<IPv4 prefix>, found no "+"', text, head.length);
  const domainPrefix = located(text, 4, () => Ipv6Prefix.parse(head.slice(4, plus)));
  const ipv4Prefix = located(text, plus + 1, () => Ipv4Prefix.parse(head.slice(plus + 1)));
  // RFC 5969 section 4: what is left after the embedded bits is delegated, and a /64 must fit.
  const delegatedLength = domainPrefix.length + 32 - ipv4Prefix.length;
  if (delegatedLength > 64) {
    throw new ProfileError(
      `expected prefix length + (32 - IPv4 prefix length) of at most 64 so that every node has a /64, found ${String(delegatedLength)}`,
      text,
      4,
    );
  }
  return { kind: '6rd', domainPrefix, ipv4Prefix };
};

const located = <T>(text: string, position: number, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (isProto41Error(error)) throw new ProfileError(error.message, text, position);
    throw error;
  }
};

const mappingText = (mapping: Mapping): string =>
  mapping.kind === '6rd' ? `6rd:${mapping.domainPrefix.toString()}+${mapping.ipv4Prefix.toString()}` : mapping.kind;

const catalogueProfileOf = (mapping: Mapping, draft: ProfileDraft): CatalogueProfile =>
  draft.encapsulation.kind === 'fou' ? 'fou' : mapping.kind;

const finish = (name: string | undefined, mapping: Mapping, draft: ProfileDraft): Profile => {
  const { encapsulation, switches, outerTtl, fixedTos, staticMtuBytes } = draft;
  const facts = {
    mapping,
    encapsulation,
    switches,
    outerTtl,
    fixedTos,
    staticMtuBytes,
    catalogueProfile: catalogueProfileOf(mapping, draft),
  };
  const text = [mappingText(mapping), ...optionTexts(facts, defaultSwitches(mapping.kind))].join(',');
  return { ...facts, text, name: name ?? text };
};
