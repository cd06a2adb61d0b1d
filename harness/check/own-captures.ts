/** What is known of the captures that the harness writes: they are made in its lab, whose addresses follow from the profile. */
import type { Ipv4Address } from '../address/index.ts';
import { isProto41Error } from '../errors.ts';
import { createLab, type Lab } from '../lab/index.ts';
import { MacAddress } from '../packet/mac-address.ts';
import type { Profile } from '../profile/index.ts';
import { ruleContextOf, type RuleContext } from '../rules/index.ts';

export type LabFacts = Omit<RuleContext, 'profile' | 'map' | 'underlayMtuBytes'>;

/** No rule of a context asks for them. */
const ANY_MAC = MacAddress.fromBytes(new Uint8Array(6));

/** The node of the lab, for a profile that was named: then it is known even where no packet shows it. */
export const labNode = (profile: Profile): Ipv4Address | undefined => labOf(profile)?.underlay.dut;

/** Undefined where the node is not the one of the lab: the capture was made under another profile. */
export function labFacts(
  profile: Profile,
  node: Ipv4Address | undefined,
  hasSecondPort: boolean,
): LabFacts | undefined {
  const lab = labOf(profile);
  if (lab === undefined || node?.equals(lab.underlay.dut) !== true) return undefined;
  // A case may change the MTU of the underlay, which the capture does not say.
  const {
    underlayMtuBytes: _mtu,
    profile: _profile,
    map: _map,
    ...facts
  } = ruleContextOf(lab, {
    secondUnderlayPort: hasSecondPort,
  });
  return facts;
}

/** Undefined for a profile that has no lab, e.g. one guessed from packets of something else. */
function labOf(profile: Profile): Lab | undefined {
  try {
    return createLab(profile, { dutMacs: { P: ANY_MAC, U: ANY_MAC, U2: ANY_MAC } });
  } catch (error) {
    if (isProto41Error(error)) return undefined;
    throw error;
  }
}
