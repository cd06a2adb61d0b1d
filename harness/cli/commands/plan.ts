import type { Ipv4Address } from '../../address/ipv4-address.ts';
import { planAddresses } from '../../plan/address-plan.ts';
import { compareSchemes } from '../../plan/capacity.ts';
import { linuxNodeCommands } from '../../plan/node-commands.ts';
import { planText } from '../../plan/plan-text.ts';
import { DEFAULT_PROFILE_NAME, parseProfile } from '../../profile/index.ts';
import { printableJson } from '../../report/escape.ts';
import { EXIT } from '../../runner/exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** What commander makes of the flags of `plan`. */
export interface PlanFlags {
  readonly prefix?: string;
  readonly underlay?: string;
  readonly encap?: string;
  readonly nodes?: number;
  readonly pods: number;
  readonly moves: number;
  readonly underlayMtu: number;
  readonly node?: readonly Ipv4Address[];
  readonly json?: boolean;
}

/** Works out the address plan of an overlay, what it can hold beside the alternatives, and how to configure its nodes. */
export const planCommand = (terminal: Terminal, profileText: string | undefined, flags: PlanFlags): number => {
  const own = ownProfile(flags);
  if (profileText !== undefined && own !== undefined)
    throw new UsageError(`expected a profile or --prefix, --underlay and --encap, found both (${profileText})`);
  const profile = parseProfile(profileText ?? own ?? DEFAULT_PROFILE_NAME);
  const plan = planAddresses({ profile, underlayMtuBytes: flags.underlayMtu, nodes: flags.node ?? [] });
  const size = {
    nodes: flags.nodes ?? Math.min(plan.maximumNodes, 5000),
    podsPerNode: flags.pods,
    movesPerPodPerHour: flags.moves,
  };
  const schemes = compareSchemes(plan, size);
  const commands = plan.nodes.map((node) => linuxNodeCommands(profile, plan, node));
  const report = { profile: profile.text, plan, size, schemes, commands };
  terminal.out(flags.json === true ? `${printableJson(jsonOf(report))}\n` : planText(report));
  return schemes.find(({ name }) => name === 'stateless IPv6')?.fits === true ? EXIT.expected : EXIT.unexpected;
};

/** What the profile `overlay` has. */
const DEFAULT_PREFIX = 'fd5a:1234:5600::/40';
const DEFAULT_UNDERLAY = '10.0.0.0/8';

/** The profile that two prefixes make, each with the default for the other. */
const ownProfile = ({ prefix, underlay, encap }: PlanFlags): string | undefined => {
  if (prefix === undefined && underlay === undefined && encap === undefined) return undefined;
  const mapping = `6rd:${prefix ?? DEFAULT_PREFIX}+${underlay ?? DEFAULT_UNDERLAY}`;
  return encap === undefined ? mapping : `${mapping},encap=${encap}`;
};

const jsonOf = ({ plan, commands, ...rest }: Parameters<typeof planText>[0]): unknown => ({
  ...rest,
  plan: {
    ...plan,
    domainPrefix: plan.domainPrefix.toString(),
    ipv4Prefix: plan.ipv4Prefix.toString(),
    subnetsPerNode: plan.subnetsPerNode.toString(),
    addressesPerNode: plan.addressesPerNode.toString(),
    nodes: plan.nodes.map(({ ipv4, prefix }, index) => ({
      ipv4: ipv4.toString(),
      prefix: prefix.toString(),
      commands: commands[index] ?? [],
    })),
  },
});
