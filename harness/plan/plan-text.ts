import { tableLines } from '../report/layout.ts';
import type { AddressPlan } from './address-plan.ts';
import type { ClusterSize, Scheme } from './capacity.ts';

export interface PlanReport {
  readonly profile: string;
  readonly plan: AddressPlan;
  readonly size: ClusterSize;
  readonly schemes: readonly Scheme[];
  /** Commands of each node that was asked for, in their order. */
  readonly commands: readonly (readonly string[])[];
}

/** The plan for people. */
export const planText = ({ profile, plan, size, schemes, commands }: PlanReport): string =>
  [
    `Overlay ${profile}`,
    '',
    ...tableLines({ header: ['address plan', ''], rows: factsOf(plan) }),
    '',
    `Capacity for ${count(size.nodes)} nodes with ${count(size.podsPerNode)} pods each, ${String(size.movesPerPodPerHour)} moves per pod and hour`,
    '',
    `The IPv4 schemes have the addresses of ${plan.ipv4Prefix.toString()} for their pods; entries and updates are those for other nodes and their pods.`,
    '',
    ...tableLines({
      header: ['scheme', 'fits', 'nodes', 'pods per node', 'pods', 'entries per node', 'updates per second', 'what'],
      rows: schemes.map((scheme) => [
        scheme.name,
        scheme.fits ? 'yes' : 'no',
        count(scheme.maximumNodes),
        scheme.maximumPodsPerNode === undefined ? 'any' : count(scheme.maximumPodsPerNode),
        count(scheme.maximumPods),
        count(scheme.entriesPerNode),
        rate(scheme.updatesPerSecond),
        scheme.description,
      ]),
      numeric: [2, 3, 4, 5, 6],
    }),
    ...plan.nodes.flatMap(({ ipv4, prefix }, index) => [
      '',
      `Node ${ipv4.toString()}: pods in ${prefix.toString()}`,
      ...(commands[index] ?? []).map((command) => `  ${command}`),
    ]),
    '',
  ].join('\n');

const factsOf = (plan: AddressPlan): string[][] => [
  ['prefix of the overlay', plan.domainPrefix.toString()],
  ['underlay', `${plan.ipv4Prefix.toString()}: ${String(plan.embeddedBits)} bits of each node's address are embedded`],
  [
    'prefix of a node',
    `/${String(plan.nodePrefixLength)}, ${plan.subnetsPerNode.toString()} subnet${plan.subnetsPerNode === 1n ? '' : 's'} of /64`,
  ],
  ['nodes at most', count(plan.maximumNodes)],
  [
    'MTU of pods',
    `${String(plan.podMtuBytes)} (underlay ${String(plan.underlayMtuBytes)}, encapsulation ${String(plan.overheadBytes)}); TCP MSS ${String(plan.podMtuBytes - 60)}`,
  ],
];

const count = (value: number): string => (Number.isFinite(value) ? value.toLocaleString('en-US') : 'no limit');

const rate = (value: number): string =>
  value === 0 ? '0' : value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
