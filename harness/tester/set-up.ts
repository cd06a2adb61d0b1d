import { Ipv4Address } from '../address/ipv4-address.ts';
import { createLab, LAB_MTU_BYTES, targetSetup, type Lab } from '../lab/index.ts';
import type { NodeSession } from '../node/node.ts';
import { MacAddress } from '../packet/mac-address.ts';
import { overheadBytes, parseProfile, withPolicies, withSwitches, type Profile } from '../profile/index.ts';
import type { TargetSetup } from '../target/setup.ts';
import type { PortName } from '../wire/wire.ts';
import type { SetupChanges } from './setup-changes.ts';
import { secondLab, withExtras } from './setup-extras.ts';

const IPV6_MINIMUM_MTU_BYTES = 1280;

/** One set-up in all its forms: as the case sees it, and as the target is told. */
export interface SetUp {
  readonly lab: Lab;
  /** The same nodes in the second tunnel, where there is one. */
  readonly second: Lab | undefined;
  readonly setup: TargetSetup;
  readonly underlayMtuBytes: number;
  /** Largest inner packet that the tunnel takes. */
  readonly tunnelMtuBytes: number;
}

/** What a case asks for of a target that has policies of its own: they hold under every other profile and in a second tunnel as well. */
export const underPolicies = ({ policies }: Profile, changes: SetupChanges): SetupChanges => {
  if (Object.keys(policies).length === 0) return changes;
  const { profileText, secondTunnel } = changes;
  const textOf = (text: string): string => withPolicies(parseProfile(text), policies).text;
  return {
    ...changes,
    ...(profileText === undefined ? {} : { profileText: textOf(profileText) }),
    ...(secondTunnel === undefined ? {} : { secondTunnel: textOf(secondTunnel) }),
  };
};

/** The profile of a run with the changes of a case. */
export const changedProfile = (base: Profile, changes: SetupChanges): Profile => {
  let profile = changes.profileText === undefined ? base : parseProfile(changes.profileText);
  if (changes.switches !== undefined) profile = withSwitches(profile, changes.switches);
  if (changes.staticMtuBytes !== undefined)
    profile = parseProfile(`${profile.text},mtu=static:${String(changes.staticMtuBytes)}`);
  return profile;
};

/** Works out the set-up for a node; the same arguments always give the same one. */
export const planSetUp = (session: NodeSession, base: Profile, changes: SetupChanges = {}): SetUp => {
  const profile = changedProfile(base, changes);
  const underlayMtuBytes = changes.underlayMtuBytes ?? LAB_MTU_BYTES;
  const dutMacs = { P: dutMac(session, 'P'), U: dutMac(session, 'U'), U2: dutMac(session, 'U2') };
  const lab = createLab(profile, {
    dutMacs,
    ...(changes.underlayPrefixLength === undefined ? {} : { underlayPrefixLength: changes.underlayPrefixLength }),
    ...(changes.dutIpv4 === undefined ? {} : { dutIpv4: Ipv4Address.parse(changes.dutIpv4) }),
  });
  const second = secondLab(lab, changes, { dutMacs });
  const options = {
    ports: session.ports,
    underlayMtuBytes,
    podMtuBytes: changes.podMtuBytes ?? LAB_MTU_BYTES,
    secondUnderlayPort: changes.secondUnderlayPort ?? false,
    routesOverU2: changes.routesOverU2 ?? [],
    ...(changes.reassemblyLimitBytes === undefined ? {} : { reassemblyLimitBytes: changes.reassemblyLimitBytes }),
    ...(changes.logging === undefined ? {} : { logging: changes.logging }),
  };
  const setup = withExtras(targetSetup(lab, options), changes, second, options);
  const dynamicMtuBytes =
    profile.switches.mtuDefault === '1280'
      ? IPV6_MINIMUM_MTU_BYTES
      : Math.max(IPV6_MINIMUM_MTU_BYTES, underlayMtuBytes - overheadBytes(profile));
  const tunnelMtuBytes = profile.switches.mtuMode === 'static' ? profile.staticMtuBytes : dynamicMtuBytes;
  return { lab, second, setup, underlayMtuBytes, tunnelMtuBytes };
};

/** A node without the port gives it an address that nobody has; frames for it then go nowhere. */
const dutMac = (session: NodeSession, port: PortName): MacAddress =>
  MacAddress.parse(session.ports.get(port)?.macAddress ?? '02:41:00:00:00:ff');
