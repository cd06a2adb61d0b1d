import { Option, type Command } from 'commander';
import { MAXIMUM_NODES, MAXIMUM_PODS_PER_NODE } from '../../bench/overlays/lab.ts';
import { OVERLAY_IDS, type OverlayId } from '../../bench/overlays/overlay.ts';
import type { OverlaysMethod } from '../../bench/overlays/result.ts';
import { collect, readCount, readText } from '../option-values.ts';
import { UsageError } from '../usage-error.ts';
import { oneOf } from './flags.ts';

/** What commander makes of the flags of `bench overlays`. */
export interface OverlaysFlags {
  readonly overlay?: readonly OverlayId[];
  readonly kernel?: string;
  readonly nodes: number;
  readonly pods: number;
  readonly routes?: number;
  readonly listeners?: number;
  readonly pairs?: number;
  readonly quick?: boolean;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export const addOverlaysFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--overlay <name>', `only this one, repeatable: ${OVERLAY_IDS.join(', ')}`).argParser(
        collect(oneOf(OVERLAY_IDS)),
      ),
    )
    .option('--nodes <n>', 'nodes of the cluster', readCount, 100)
    .option('--pods <n>', 'pods on each node', readCount, 10)
    .option('--routes <n>', 'routes to learn from advertisements (default: 10000, with --quick 1000)', readCount)
    .option('--listeners <n>', 'nodes that hear of a change (default: 16, with --quick 4)', readCount)
    .option('--pairs <n>', 'trials of each side (default: 15, with --quick 7)', readCount)
    .option('--quick', 'fewer of everything: about a minute and a half')
    .addOption(new Option('--kernel <name>', 'kernel of the machine, see `list kernels`').argParser(readText))
    .addOption(new Option('--out <dir>', 'folder for overlays.json, .md and .html (default: none)').argParser(readText))
    .option('--json', 'print the results as JSON on standard output, and nothing else there')
    .option('--quiet', 'no progress');

const LENGTHS = {
  // As many pairs as an interval of 95 % needs that leaves out three at each end, so that a busy machine has its ten minutes as well.
  usual: { routes: 10_000, listeners: 16, pairs: 15, packetsPerTrial: 1500 },
  quick: { routes: 1000, listeners: 4, pairs: 7, packetsPerTrial: 1000 },
} as const;

const LEAST = { nodes: 4, pods: 2, routes: 1, listeners: 1, pairs: 1 } as const;
const MOST = {
  nodes: MAXIMUM_NODES,
  pods: MAXIMUM_PODS_PER_NODE,
  routes: 60_000,
  listeners: 64,
  pairs: 1000,
} as const;

/** Nodes that have tables beside those that listen. */
const TRIAL_NODES = 2;
/** What the memory of the machine holds, whatever an entry is. */
const MOST_ENTRIES = 100_000;

/** @throws UsageError for a number that the set-up has no room for */
export const overlaysMethod = (flags: OverlaysFlags): OverlaysMethod => {
  const lengths = LENGTHS[flags.quick === true ? 'quick' : 'usual'];
  const numbers = {
    nodes: flags.nodes,
    pods: flags.pods,
    routes: flags.routes ?? lengths.routes,
    listeners: flags.listeners ?? lengths.listeners,
    pairs: flags.pairs ?? lengths.pairs,
  };
  for (const name of ['nodes', 'pods', 'routes', 'listeners', 'pairs'] as const) {
    if (numbers[name] >= LEAST[name] && numbers[name] <= MOST[name]) continue;
    throw new UsageError(
      `--${name}: expected a number from ${String(LEAST[name])} to ${String(MOST[name])}, found ${String(numbers[name])}`,
    );
  }
  const entries = numbers.nodes * numbers.pods * (numbers.listeners + TRIAL_NODES);
  if (entries > MOST_ENTRIES)
    throw new UsageError(
      `--nodes, --pods, --listeners: expected tables of at most ${String(MOST_ENTRIES)} pods in all (nodes x pods x listeners and two more), found ${String(entries)}`,
    );
  return {
    nodes: numbers.nodes,
    podsPerNode: numbers.pods,
    advertisedRoutes: numbers.routes,
    listeners: numbers.listeners,
    frameSizesBytes: [128, 1280],
    pairs: numbers.pairs,
    packetsPerTrial: lengths.packetsPerTrial,
    window: 64,
    roundsPerTrial: 20,
  };
};
