import { Option, type Command } from 'commander';
import type { NodeName } from '../node/node.ts';
import type { InterfaceBackend } from '../wire/interface/interface-wire.ts';
import { DEFAULT_PROFILE_NAME } from '../profile/index.ts';
import type { LevelClass } from '../runner/requirement.ts';
import { DEFAULT_LONGEST_WAIT_SECONDS, type Shard } from '../runner/select-cases.ts';
import { readLabProfileText } from './lab-profile.ts';
import {
  collect,
  readJobs,
  readLevel,
  readNode,
  readPropertyPackets,
  readRepeat,
  readShard,
  readText,
  type EvidenceMode,
} from './option-values.ts';
import { evidenceOption, seedOption, wireOption } from './shared-options.ts';
import { defaultNode } from './default-node.ts';
import { DEFAULT_PROPERTY_PACKETS } from '../tester/testbed-contract.ts';
import { UsageError } from './usage-error.ts';

/** What commander makes of the flags of `run`. */
export interface RunFlags {
  readonly target: string;
  readonly node?: NodeName;
  readonly wire?: InterfaceBackend;
  readonly kernel?: string;
  readonly modules?: string;
  readonly profile?: readonly string[];
  readonly case?: readonly string[];
  readonly level?: readonly LevelClass[];
  readonly tier?: 'smoke' | 'full';
  readonly strict?: boolean;
  readonly slow?: boolean;
  /** False with `--no-expectations`. */
  readonly expectations: boolean;
  readonly shard?: Shard;
  readonly repeat?: number;
  readonly jobs?: number;
  readonly propertyPackets?: number;
  readonly seed?: string;
  readonly bail?: boolean;
  readonly debug?: string;
  readonly out?: string;
  readonly history?: string;
  readonly targetVersion?: string;
  readonly json?: boolean;
  readonly evidence: EvidenceMode;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

export const DEFAULT_TARGET = 'linux-sit';

/** Adds the flags of `run` to a command. */
export const addRunFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--target <name>', 'implementation under test, see `list targets`')
        .argParser(readText)
        .default(DEFAULT_TARGET),
    )
    .addOption(
      new Option(
        '--node <name>',
        'where it runs, see `list nodes` (default: what the kind of the target needs)',
      ).argParser(readNode),
    )
    .addOption(wireOption())
    .addOption(
      new Option(
        '--kernel <name|file>',
        'kernel of the vm node, or one to boot in a container of the docker node, see `list kernels`, a vmlinuz file, or all of them: all',
      ).argParser(readText),
    )
    .addOption(
      new Option('--modules <dir>', 'its /lib/modules/RELEASE folder, with --kernel <file>').argParser(readText),
    )
    .addOption(
      new Option(
        '--profile <text>',
        `overlay configuration, repeatable, see \`list profiles\` (default: ${DEFAULT_PROFILE_NAME})`,
      ).argParser(collect(readLabProfileText)),
    )
    .addOption(
      new Option('--case <glob>', 'only cases with such an id, repeatable, e.g. "decap.*"').argParser(
        collect(readText),
      ),
    )
    .addOption(
      new Option('--level <level>', 'only demands of at least this level: must, should, may').argParser(readLevel),
    )
    .addOption(
      new Option('--tier <tier>', 'smoke: only the core demands, in seconds; full: everything').choices([
        'smoke',
        'full',
      ]),
    )
    .addOption(new Option('--strict', 'a violated SHOULD fails the run'))
    .addOption(
      new Option(
        '--slow',
        `also run cases that wait longer than ${String(DEFAULT_LONGEST_WAIT_SECONDS)} s for a timer of the protocol (in memory, where time is virtual, they always run)`,
      ),
    )
    .addOption(new Option('--no-expectations', 'ignore the deviations that the target declares'))
    .addOption(new Option('--shard <i/n>', 'only the i-th of n parts of the cases').argParser(readShard))
    .addOption(
      new Option('--repeat <n>', 'run every case n times; verdicts that differ are inconclusive').argParser(readRepeat),
    )
    .addOption(
      new Option('--jobs <n>', 'run the cases on n nodes at once, with the same verdicts (default: 1)').argParser(
        readJobs,
      ),
    )
    .addOption(
      new Option(
        '--property-packets <n>',
        `random packets for each property (default: ${String(DEFAULT_PROPERTY_PACKETS)}; 100000 for a soak)`,
      ).argParser(readPropertyPackets),
    )
    .addOption(seedOption())
    .addOption(new Option('--bail', 'stop after the first unexpected verdict'))
    .addOption(
      new Option(
        '--debug <case>',
        'stop at such a case (id or glob) when it fails, with the target still up, and ask what to do; only these cases run unless --case says more',
      )
        .argParser(readText)
        .conflicts(['repeat', 'quiet', 'jobs']),
    )
    .addOption(
      new Option('--out <dir>', 'folder for the results (default: a new one below ./proto41-results)').argParser(
        readText,
      ),
    )
    .addOption(
      new Option(
        '--history <file>',
        'history of verdicts to compare with and to add to: a case that says now this and now that is inconclusive',
      ).argParser(readText),
    )
    .addOption(
      new Option(
        '--target-version <text>',
        'tells builds of the target apart in the history, beside its files',
      ).argParser(readText),
    )
    .addOption(evidenceOption())
    .addOption(new Option('--json', 'print the results as JSON on standard output, and nothing else there'))
    .addOption(
      new Option('--verbose', 'also print passes, skips and what the node says; stacks of errors').conflicts('quiet'),
    )
    .addOption(new Option('--quiet', 'print nothing but the summary line'));

/** Every kernel that has a name, one after the other. */
export const ALL_KERNELS = 'all';

/** The node that the flags mean: what the kind of the target needs, unless they say it. */
export const nodeOf = (flags: RunFlags): NodeName => flags.node ?? defaultNode(flags.target);

/**
 * The text that names the kernel: a name, or `<vmlinuz>:<modules folder>`; undefined for the default.
 *
 * @throws UsageError when the flags do not fit together
 */
export const kernelText = (flags: RunFlags): string | undefined => {
  const node = nodeOf(flags);
  if (node !== 'vm' && node !== 'docker' && flags.kernel !== undefined) {
    throw new UsageError(
      `--kernel ${flags.kernel}: expected --node vm or docker, found ${node}; only these boot a kernel of their own`,
    );
  }
  if (flags.modules === undefined) return flags.kernel;
  if (flags.kernel === ALL_KERNELS)
    throw new UsageError(`--modules ${flags.modules}: expected --kernel FILE beside it, found --kernel ${ALL_KERNELS}`);
  if (flags.kernel === undefined)
    throw new UsageError(`--modules ${flags.modules}: expected --kernel FILE beside it, found none`);
  return `${flags.kernel}:${flags.modules}`;
};

/**
 * How frames get to network interfaces; undefined for the default.
 *
 * @throws UsageError for a node without network interfaces of this machine
 */
export const wireOf = (flags: RunFlags): InterfaceBackend | undefined => {
  const node = nodeOf(flags);
  if (flags.wire !== undefined && node !== 'netns' && node !== 'docker')
    throw new UsageError(
      `--wire ${flags.wire}: expected --node netns or docker, found ${node}; it has no network interfaces here`,
    );
  return flags.wire;
};
