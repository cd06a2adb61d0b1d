import { DEFAULT_OUTER_TTL } from './defaults.ts';
import type { Encapsulation, Profile } from './profile.ts';
import { ProfileError } from './profile-error.ts';
import { SWITCH_NAMES, SWITCH_VALUES, type SwitchName, type Switches } from './switches.ts';

/** What the options of a profile text change, before it is checked as a whole. */
export interface ProfileDraft {
  encapsulation: Encapsulation;
  switches: Switches;
  /** Switches that a word has set. */
  asked: readonly SwitchName[];
  policies: Partial<Switches>;
  outerTtl: number;
  fixedTos: number;
  staticMtuBytes: number;
}

type OptionReader = (draft: ProfileDraft, value: string) => string | undefined;

const wholeNumber = (text: string, minimum: number, maximum: number): number | undefined => {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
  const value = Number(text);
  return value >= minimum && value <= maximum ? value : undefined;
};

/** The options with a value of their own; every other option is a switch. A reader returns what it expected when the value does not fit. */
const SPECIAL_OPTIONS: Readonly<Record<string, OptionReader>> = {
  encap: (draft, value) => {
    if (value === 'proto41' || value === 'gre') {
      draft.encapsulation = { kind: value === 'gre' ? 'gre' : 'protocol-41' };
      return undefined;
    }
    const kind = (['fou', 'gue'] as const).find((name) => value.startsWith(`${name}:`));
    const port = wholeNumber(value.slice(4), 1, 65535);
    if (kind === undefined || port === undefined) return 'proto41, gre, fou:<port> or gue:<port from 1 to 65535>';
    draft.encapsulation = { kind, port };
    return undefined;
  },
  mtu: (draft, value) => {
    if (value === 'dynamic') {
      draft.switches = { ...draft.switches, mtuMode: 'dynamic' };
      return undefined;
    }
    const bytes = value.startsWith('static:') ? wholeNumber(value.slice(7), 1280, 65535) : undefined;
    if (bytes === undefined) return 'dynamic or static:<bytes from 1280>';
    draft.switches = { ...draft.switches, mtuMode: 'static' };
    draft.staticMtuBytes = bytes;
    return undefined;
  },
  tos: (draft, value) => {
    if (value === 'zero' || value === 'copy') {
      draft.switches = { ...draft.switches, tos: value };
      return undefined;
    }
    const octet = value.startsWith('fixed:') ? wholeNumber(value.slice(6), 0, 255) : undefined;
    if (octet === undefined) return 'zero, copy or fixed:<octet from 0 to 255>';
    draft.switches = { ...draft.switches, tos: 'fixed' };
    draft.fixedTos = octet;
    return undefined;
  },
  ttl: (draft, value) => {
    if (value === 'inherit') {
      draft.switches = { ...draft.switches, ttl: 'inherit' };
      return undefined;
    }
    const ttl =
      value === 'fixed'
        ? DEFAULT_OUTER_TTL
        : value.startsWith('fixed:')
          ? wholeNumber(value.slice(6), 1, 255)
          : undefined;
    if (ttl === undefined) return 'inherit or fixed:<TTL from 1 to 255>';
    draft.switches = { ...draft.switches, ttl: 'fixed' };
    draft.outerTtl = ttl;
    return undefined;
  },
};

/** The switch that an option with a value of its own sets. */
const SWITCH_OF_OPTION: Readonly<Partial<Record<string, SwitchName>>> = { mtu: 'mtuMode', tos: 'tos', ttl: 'ttl' };

const isSwitchName = (name: string): name is SwitchName => Object.hasOwn(SWITCH_VALUES, name);

/**
 * Applies one `name=value` of a profile text to the draft.
 *
 * @throws ProfileError for an unknown option or value; `position` is where the option starts in `text`.
 */
export const applyOption = (draft: ProfileDraft, option: string, text: string, position: number): void => {
  const separator = option.indexOf('=');
  if (separator < 1)
    throw new ProfileError(
      `expected an option of the form name=value, found ${JSON.stringify(option)}; further profiles are given apart: --profile A --profile B`,
      text,
      position,
    );
  const name = option.slice(0, separator);
  const value = option.slice(separator + 1);
  const special = Object.hasOwn(SPECIAL_OPTIONS, name) ? SPECIAL_OPTIONS[name] : undefined;
  if (special !== undefined) {
    const expected = special(draft, value);
    if (expected !== undefined)
      throw new ProfileError(`expected ${name}=${expected}, found ${JSON.stringify(value)}`, text, position);
    const asked = SWITCH_OF_OPTION[name];
    if (asked !== undefined) draft.asked = [...draft.asked, asked];
    return;
  }
  if (!isSwitchName(name)) {
    const known = [
      ...Object.keys(SPECIAL_OPTIONS),
      ...SWITCH_NAMES.filter((each) => !Object.hasOwn(SPECIAL_OPTIONS, each)),
    ];
    throw new ProfileError(`unknown option ${JSON.stringify(name)}; known are ${known.join(', ')}`, text, position);
  }
  const allowed: readonly string[] = SWITCH_VALUES[name];
  if (!allowed.includes(value))
    throw new ProfileError(`expected ${name}=${allowed.join('|')}, found ${JSON.stringify(value)}`, text, position);
  draft.switches = { ...draft.switches, [name]: value };
  draft.asked = [...draft.asked, name];
};

/** The word for one switch of a profile, whether or not it has the default. */
export const switchText = (profile: Omit<Profile, 'text' | 'name'>, name: SwitchName): string => {
  const value = profile.switches[name];
  switch (name) {
    case 'mtuMode':
      return value === 'static' ? `mtu=static:${String(profile.staticMtuBytes)}` : 'mtu=dynamic';
    case 'tos':
      return value === 'fixed' ? `tos=fixed:${String(profile.fixedTos)}` : `tos=${value}`;
    case 'ttl':
      return value === 'fixed' ? `ttl=fixed:${String(profile.outerTtl)}` : 'ttl=inherit';
    default:
      return `${name}=${value}`;
  }
};

/** The options of a profile that differ from the defaults of its mapping, in the order in which the canonical text lists them. */
export const optionTexts = (profile: Omit<Profile, 'text' | 'name'>, defaults: Switches): string[] => {
  const options: string[] = [];
  const { switches, encapsulation } = profile;
  if (encapsulation.kind === 'gre') options.push('encap=gre');
  else if (encapsulation.kind !== 'protocol-41')
    options.push(`encap=${encapsulation.kind}:${String(encapsulation.port)}`);
  if (switches.mtuMode === 'static') options.push(`mtu=static:${String(profile.staticMtuBytes)}`);
  else if (defaults.mtuMode === 'static') options.push('mtu=dynamic');
  if (switches.tos === 'fixed') options.push(`tos=fixed:${String(profile.fixedTos)}`);
  else if (switches.tos !== defaults.tos) options.push(`tos=${switches.tos}`);
  if (switches.ttl === 'inherit') options.push('ttl=inherit');
  else if (profile.outerTtl !== DEFAULT_OUTER_TTL) options.push(`ttl=fixed:${String(profile.outerTtl)}`);
  for (const name of SWITCH_NAMES) {
    if (name === 'mtuMode' || Object.hasOwn(SPECIAL_OPTIONS, name)) continue;
    if (switches[name] !== defaults[name]) options.push(`${name}=${switches[name]}`);
  }
  return options;
};
