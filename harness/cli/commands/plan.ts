import type { Ipv4Address } from '../../address/ipv4-address.ts';
import { planAddresses } from '../../plan/address-plan.ts';
import { compareSchemes } from '../../plan/capacity.ts';
import { linuxNodeCommands } from '../../plan/node-commands.ts';
import { planText } from '../../plan/plan-text.ts';
import { DEFAULT_PROFILE_NAME, parseProfile } from '../../profile/index.ts';
import { printableJson } from '../../report/escape.ts';
import { EXIT } from '../../runner/exit-code.ts';
import type { Terminal } from '../terminal.ts';

/** What commander makes of the flags of `plan`. */
export interface PlanFlags {
  readonly nodes?: number;
  readonly pods: number;
  readonly moves: number;
  readonly underlayMtu: number;
  readonly node?: readonly Ipv4Address[];
  readonly json?: boolean;
}

/** Works out the address plan of an overlay, what it can hold beside the alternatives, and how to configure its nodes. */
export const planCommand = (terminal: Terminal, profileText: string | undefined, flags: PlanFlags): number => {
  const profile = parseProfile(profileText ?? DEFAULT_PROFILE_NAME);
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
