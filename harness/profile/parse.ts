import { defaultSwitches, DEFAULT_OUTER_TTL, DEFAULT_STATIC_MTU_BYTES } from './defaults.ts';
import { impossibility } from './impossible.ts';
import { mappingText, readMapping } from './mapping-text.ts';
import { NAMED_PROFILES } from './named.ts';
import { applyOption, optionTexts, switchText, type ProfileDraft } from './options.ts';
import { mappingProfile, type CatalogueProfile, type Mapping, type Profile } from './profile.ts';
import { ProfileError } from './profile-error.ts';
import { SWITCH_NAMES, type Switches } from './switches.ts';

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
export const withSwitches = (profile: Profile, changes: Partial<Switches>): Profile => {
  const asked = [...profile.asked, ...SWITCH_NAMES.filter((name) => changes[name] !== undefined)];
  const draft = { ...profile, asked, switches: { ...profile.switches, ...changes } };
  return finish(undefined, profile.mapping, draft, profile.text);
};

/**
 * The same profile for a target that declares how it is where the standards leave a choice. Words win: what the text of the profile says
 * stays, and so does what a mapping cannot have. The name stays too, since it is the same profile that was asked for; the text says
 * all of it, so that it is right without the target.
 */
export const withPolicies = (profile: Profile, policies: Partial<Switches>): Profile => {
  const declared = SWITCH_NAMES.filter((name) => policies[name] !== undefined);
  let result = profile;
  for (const name of declared.filter((each) => !profile.asked.includes(each))) {
    const switches = { ...result.switches, [name]: policies[name] };
    if (impossibility({ ...result, switches }) === undefined)
      result = { ...result, switches, policies: { ...result.policies, [name]: policies[name] } };
  }
  // A word for the default is left out of the text otherwise, and would be taken for a switch that nobody asked for.
  const insisting = declared.filter(
    (each) => profile.asked.includes(each) && policies[each] !== profile.switches[each],
  );
  const kept = canonicalText(result.mapping, result);
  const words = insisting.map((each) => switchText(result, each)).filter((word) => !kept.split(',').includes(word));
  const text = [kept, ...words].join(',');
  const name = profile.name === profile.text ? [profile.name, ...words].join(',') : profile.name;
  return { ...result, text, name };
};

const newDraft = (mapping: Mapping): ProfileDraft => ({
  encapsulation: { kind: 'protocol-41' },
  switches: defaultSwitches(mapping),
  asked: [],
  policies: {},
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

const canonicalText = (mapping: Mapping, facts: Omit<Profile, 'text' | 'name'>): string =>
  [mappingText(mapping), ...optionTexts(facts, defaultSwitches(mapping))].join(',');

const finish = (name: string | undefined, mapping: Mapping, draft: ProfileDraft, asked: string): Profile => {
  const { encapsulation, switches, outerTtl, fixedTos, staticMtuBytes, policies } = draft;
  const facts = {
    mapping,
    encapsulation,
    switches,
    asked: [...new Set(draft.asked)],
    policies,
    outerTtl,
    fixedTos,
    staticMtuBytes,
    catalogueProfile: catalogueProfileOf(mapping, draft),
  };
  const reason = impossibility(facts);
  if (reason !== undefined) throw new ProfileError(reason, asked, 0);
  const text = canonicalText(mapping, facts);
  return { ...facts, text, name: name ?? text };
};
