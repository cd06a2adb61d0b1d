export { DEFAULT_FOU_PORT, DEFAULT_GUE_PORT } from './defaults.ts';
export { isListed } from './listed.ts';
export { DEFAULT_PROFILE_NAME, NAMED_PROFILES, type NamedProfile } from './named.ts';
export { parseProfile, withPolicies, withSwitches } from './parse.ts';
export {
  CATALOGUE_PROFILES,
  isBorderRelay,
  isConfiguredTunnel,
  isDeclared,
  mappingProfile,
  udpPortOf,
  type CatalogueProfile,
  type Encapsulation,
  type Mapping,
  type Profile,
} from './profile.ts';
export { framingBytes, overheadBytes } from './overhead.ts';
export { ProfileError } from './profile-error.ts';
export { checkNoOptionRepeated } from './repeated-option.ts';
export { SWITCH_NAMES, SWITCH_VALUES, type SwitchName, type Switches } from './switches.ts';
export { tunnelPortsOf } from './tunnel-ports.ts';
