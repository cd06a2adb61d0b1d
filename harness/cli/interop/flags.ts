import { Option, type Command } from 'commander';
import { DEFAULT_PROFILE_NAME } from '../../profile/index.ts';
import { INTEROP_RESULTS_FILE } from '../../interop/result.ts';
import type { InterfaceBackend } from '../../wire/interface/interface-wire.ts';
import { readLabProfileText } from '../lab-profile.ts';
import { collect, readText, type EvidenceMode } from '../option-values.ts';
import { evidenceOption, seedOption, wireOption } from '../shared-options.ts';

export const PODS_CHOICES = ['auto', 'kernel', 'tester'] as const;
export type PodsChoice = (typeof PODS_CHOICES)[number];

/** What commander makes of the flags of `interop`. */
export interface InteropFlags {
  readonly n1?: readonly string[];
  readonly n2?: readonly string[];
  readonly profile?: string;
  readonly wire?: InterfaceBackend;
  readonly pods: PodsChoice;
  readonly strict?: boolean;
  /** False with `--no-expectations`. */
  readonly expectations: boolean;
  readonly seed?: string;
  readonly evidence: EvidenceMode;
  readonly out?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** Adds the flags of `interop` to a command. */
export const addInteropFlags = (command: Command): Command =>
  command
    .argument(
      '[end...]',
      'TARGET[@NODE[:KERNEL]], e.g. linux-sit@vm:bullseye: each against each, both ways (default: all that ship and run here)',
    )
    .addOption(
      new Option('--n1 <end>', 'only pairs with this end as N1, repeatable; with --n2').argParser(collect(readText)),
    )
    .addOption(
      new Option('--n2 <end>', 'only pairs with this end as N2, repeatable; with --n1').argParser(collect(readText)),
    )
    .addOption(
      new Option(
        '--profile <text>',
        `overlay configuration of both ends, see \`list profiles\` (default: ${DEFAULT_PROFILE_NAME})`,
      ).argParser(readLabProfileText),
    )
    .addOption(wireOption())
    .addOption(
      new Option(
        '--pods <who>',
        'who plays the pods: kernel (network namespaces of this machine), tester (hosts inside Proto41), or the kernel where it can (auto)',
      )
        .choices(PODS_CHOICES)
        .default('auto'),
    )
    .addOption(new Option('--strict', 'a violated SHOULD fails the pair'))
    .addOption(new Option('--no-expectations', 'ignore the deviations that the targets declare'))
    .addOption(seedOption())
    .addOption(evidenceOption())
    .addOption(
      new Option(
        '--out <dir>',
        `folder for ${INTEROP_RESULTS_FILE} and the captures (default: a new one below ./proto41-results)`,
      ).argParser(readText),
    )
    .addOption(new Option('--json', 'print the results as JSON on standard output, and nothing else there'))
    .addOption(
      new Option('--verbose', 'also print what the pods said to each other, and what the nodes say').conflicts('quiet'),
    )
    .addOption(new Option('--quiet', 'print nothing but the matrix and the summary line'));
