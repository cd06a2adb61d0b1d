import { defaultSwitches, DEFAULT_OUTER_TTL, DEFAULT_STATIC_MTU_BYTES } from './defaults.ts';
import { impossibility } from './impossible.ts';
import { mappingText, readMapping } from './mapping-text.ts';
import { NAMED_PROFILES } from './named.ts';
import { applyOption, optionTexts, type ProfileDraft } from './options.ts';
import { mappingProfile, type CatalogueProfile, type Mapping, type Profile } from './profile.ts';
import { ProfileError } from './profile-error.ts';
import type { Switches } from './switches.ts';

/**
 * Reads a profile: a name of {@link NAMED_PROFILES} or a mapping (`6rd:<prefix>+<IPv4 prefix>`, `6to4`, `6in4`...), each with
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
  return finish(options.length === 0 && named !== undefined ? named.name : undefined, mapping, draft, text);
};

/** The same profile with other switch values, e.g. for a case that needs the static MTU mode. */
export const withSwitches = (profile: Profile, changes: Partial<Switches>): Profile =>
  finish(undefined, profile.mapping, { ...profile, switches: { ...profile.switches, ...changes } }, profile.text);

const newDraft = (mapping: Mapping): ProfileDraft => ({
  encapsulation: { kind: 'protocol-41' },
  switches: defaultSwitches(mapping),
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

const catalogueProfileOf = (mapping: Mapping, { encapsulation }: ProfileDraft): CatalogueProfile =>
  encapsulation.kind === 'protocol-41' ? mappingProfile(mapping) : encapsulation.kind;

const finish = (name: string | undefined, mapping: Mapping, draft: ProfileDraft, asked: string): Profile => {
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
  const reason = impossibility(facts);
  if (reason !== undefined) throw new ProfileError(reason, asked, 0);
  const text = [mappingText(mapping), ...optionTexts(facts, defaultSwitches(mapping))].join(',');
  return { ...facts, text, name: name ?? text };
};
