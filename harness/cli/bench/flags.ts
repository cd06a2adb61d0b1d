import { InvalidArgumentError, Option, type Command } from 'commander';
import { MEASURES, type Measure } from '../../bench/plan.ts';
import { BENCH_MODES, type BenchMode } from '../../bench/result.ts';
import type { NodeName } from '../../node/node.ts';
import { DEFAULT_PROFILE_NAME } from '../../profile/index.ts';
import type { InterfaceBackend } from '../../wire/interface/interface-wire.ts';
import { readLabProfileText } from '../lab-profile.ts';
import { collect, readCount, readNode, readRepeat, readSeed, readText, readWire } from '../option-values.ts';
import { DEFAULT_TARGET } from '../run-flags.ts';

/** What commander makes of the flags of `bench`. */
export interface BenchFlags {
  readonly target: string;
  readonly node?: NodeName;
  readonly wire?: InterfaceBackend;
  readonly kernel?: string;
  readonly profile: string;
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly size?: readonly number[];
  readonly mode?: readonly BenchMode[];
  readonly measure?: readonly Measure[];
  readonly flows?: number;
  readonly flowCount?: readonly number[];
  readonly nodes?: readonly number[];
  readonly repetitions?: number;
  readonly trialSeconds?: number;
  readonly lineRate?: number;
  readonly floor?: readonly string[];
  /** False with `--no-floors`. */
  readonly floors: boolean;
  readonly seed?: string;
  readonly out?: string;
  readonly history?: string;
  readonly compare?: string;
  readonly figures?: boolean;
  readonly plots?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export const oneOf =
  <Value extends string>(values: readonly Value[]) =>
  (text: string): Value => {
    const found = values.find((value) => value === text);
    if (found === undefined) throw new InvalidArgumentError(`Expected one of ${values.join(', ')}.`);
    return found;
  };

const readSeconds = (text: string): number => {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= 0.05 && value <= 3600) return value;
  throw new InvalidArgumentError('Expected a number of seconds from 0.05 to 3600.');
};

const UNITS = { k: 1e3, M: 1e6, G: 1e9 } as const;

const readLineRate = (text: string): number => {
  const { number, unit } = /^(?<number>\d+(?:\.\d+)?)(?<unit>[kMG])$/.exec(text)?.groups ?? {};
  if (number === undefined || (unit !== 'k' && unit !== 'M' && unit !== 'G') || Number(number) === 0)
    throw new InvalidArgumentError('Expected bits per second with k, M or G, e.g. 10G.');
  return Number(number) * UNITS[unit];
};

export const addBenchFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--target <name>', 'what is measured, see `list targets`').argParser(readText).default(DEFAULT_TARGET),
    )
    .addOption(
      new Option('--node <name>', 'where it runs (default: what the kind of the target needs)').argParser(readNode),
    )
    .addOption(new Option('--wire <name>', 'how frames get to the interfaces of the netns node').argParser(readWire))
    .addOption(new Option('--kernel <name>', 'kernel of the vm node, see `list kernels`').argParser(readText))
    .addOption(
      new Option('--profile <text>', 'overlay configuration')
        .argParser(readLabProfileText)
        .default(DEFAULT_PROFILE_NAME),
    )
    .addOption(new Option('--quick', 'two sizes and five repetitions, about two minutes').conflicts('full'))
    .addOption(new Option('--full', 'the lengths of RFC 2544 and RFC 8219: trials of 60 s, 20 repetitions; hours'))
    .addOption(
      new Option(
        '--size <bytes>',
        'frame size on the native side with FCS, repeatable (default: 84 to 1518)',
      ).argParser(collect(readCount)),
    )
    .addOption(
      new Option('--mode <name>', `repeatable: ${BENCH_MODES.filter((mode) => mode !== 'mixed').join(', ')}`).argParser(
        collect(oneOf(BENCH_MODES.filter((mode) => mode !== 'mixed'))),
      ),
    )
    .addOption(
      new Option(
        '--measure <name>',
        `repeatable: ${MEASURES.join(', ')} (default: all but scale, with --quick fewer)`,
      ).argParser(collect(oneOf(MEASURES))),
    )
    .addOption(new Option('--flows <n>', 'destinations, taken in turn (default: 16)').argParser(readCount))
    .addOption(
      new Option('--flow-count <n>', 'numbers of flows to compare, repeatable (default: 1, 16, 256, 10000)').argParser(
        collect(readCount),
      ),
    )
    .addOption(
      new Option(
        '--nodes <n>',
        'numbers of nodes of --measure scale, repeatable (default: 1, 100, 10000, 65536)',
      ).argParser(collect(readCount)),
    )
    .addOption(
      new Option('--repetitions <n>', 'of every measurement (default: 6, with --quick 5)').argParser(readRepeat),
    )
    .addOption(new Option('--trial-seconds <s>', 'load of a trial; half of it while searching').argParser(readSeconds))
    .addOption(new Option('--line-rate <rate>', 'of the theoretical maximum (default: 10G)').argParser(readLineRate))
    .addOption(
      new Option(
        '--floor <floor>',
        'throughput that is demanded, repeatable: [mode][@size]=frames/s, or a ratio to native forwarding, e.g. encap@84=0.5x',
      ).argParser(collect(readText)),
    )
    .addOption(new Option('--no-floors', 'ignore the floors that the target comes with'))
    .addOption(
      new Option('--seed <text>', 'seed of the addresses (default: 1, so that runs can be compared)').argParser(
        readSeed,
      ),
    )
    .addOption(new Option('--out <dir>', 'folder for results.json and bench.html (default: none)').argParser(readText))
    .addOption(
      new Option('--history <file>', 'compare with the last run in this file, and add this one').argParser(readText),
    )
    .addOption(
      new Option('--compare <dir|file>', 'compare with a saved run; slower is exit code 1').argParser(readText),
    )
    .addOption(new Option('--figures', 'also draw the figures of bench.html here, small'))
    .addOption(new Option('--plots', 'also draw the figures in the terminal'))
    .addOption(new Option('--json', 'print the results as JSON on standard output, and nothing else there'))
    .addOption(new Option('--quiet', 'no progress'));
