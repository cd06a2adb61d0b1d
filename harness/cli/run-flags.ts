import { Option, type Command } from 'commander';
import type { NodeName } from '../node/node.ts';
import { DEFAULT_PROFILE_NAME } from '../profile/index.ts';
import type { LevelClass } from '../runner/requirement.ts';
import type { Shard } from '../runner/select-cases.ts';
import {
  collect,
  EVIDENCE_MODES,
  readEvidence,
  readLevel,
  readNode,
  readProfileText,
  readRepeat,
  readSeed,
  readShard,
  readText,
  type EvidenceMode,
} from './option-values.ts';
import { UsageError } from './usage-error.ts';

/** What commander makes of the flags of `run`. */
export interface RunFlags {
  readonly target: string;
  readonly node?: NodeName;
  readonly kernel?: string;
  readonly modules?: string;
  readonly profile?: readonly string[];
  readonly case?: readonly string[];
  readonly level?: readonly LevelClass[];
  readonly strict?: boolean;
  /** False with `--no-expectations`. */
  readonly expectations: boolean;
  readonly shard?: Shard;
  readonly repeat?: number;
  readonly seed?: string;
  readonly bail?: boolean;
  readonly out?: string;
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
        'where it runs, see `list nodes` (default: vm, and memory for the reference)',
      ).argParser(readNode),
    )
    .addOption(
      new Option('--kernel <name|file>', 'kernel of the vm node, see `list kernels`, or a vmlinuz file').argParser(
        readText,
      ),
    )
    .addOption(
      new Option('--modules <dir>', 'its /lib/modules/RELEASE folder, with --kernel <file>').argParser(readText),
    )
    .addOption(
      new Option(
        '--profile <text>',
        `overlay configuration, repeatable, see \`list profiles\` (default: ${DEFAULT_PROFILE_NAME})`,
      ).argParser(collect(readProfileText)),
    )
    .addOption(
      new Option('--case <glob>', 'only cases with such an id, repeatable, e.g. "decap.*"').argParser(
        collect(readText),
      ),
    )
    .addOption(
      new Option('--level <level>', 'only demands of at least this level: must, should, may').argParser(readLevel),
    )
    .addOption(new Option('--strict', 'a violated SHOULD fails the run'))
    .addOption(new Option('--no-expectations', 'ignore the deviations that the target declares'))
    .addOption(new Option('--shard <i/n>', 'only every n-th case, starting with the i-th').argParser(readShard))
    .addOption(
      new Option('--repeat <n>', 'run every case n times; verdicts that differ are inconclusive').argParser(readRepeat),
    )
    .addOption(
      new Option('--seed <text>', 'seed of everything random (default: a new one, printed)').argParser(readSeed),
    )
    .addOption(new Option('--bail', 'stop after the first unexpected verdict'))
    .addOption(
      new Option('--out <dir>', 'folder for the results (default: a new one below ./proto41-results)').argParser(
        readText,
      ),
    )
    .addOption(
      new Option('--evidence <which>', `captures to keep: ${EVIDENCE_MODES.join(', ')}`)
        .argParser(readEvidence)
        .default('failures'),
    )
    .addOption(new Option('--json', 'print the results as JSON on standard output, and nothing else there'))
    .addOption(
      new Option('--verbose', 'also print passes, skips and what the node says; stacks of errors').conflicts('quiet'),
    )
    .addOption(new Option('--quiet', 'print nothing but the summary line'));

/** The node that the flags mean: the reference lives in this process, everything else needs a machine. */
export const nodeOf = (flags: RunFlags): NodeName => flags.node ?? (flags.target === 'reference' ? 'memory' : 'vm');

/**
 * The text that names the kernel: a name, or `<vmlinuz>:<modules folder>`; undefined for the default.
 *
 * @throws UsageError when the flags do not fit together
 */
export const kernelText = (flags: RunFlags): string | undefined => {
  const node = nodeOf(flags);
  if (node !== 'vm' && flags.kernel !== undefined) {
    throw new UsageError(
      `--kernel ${flags.kernel}: expected --node vm, found ${node}; only the vm node boots a kernel of its own`,
    );
  }
  if (flags.modules === undefined) return flags.kernel;
  if (flags.kernel === undefined)
    throw new UsageError(`--modules ${flags.modules}: expected --kernel FILE beside it, found none`);
  return `${flags.kernel}:${flags.modules}`;
};
