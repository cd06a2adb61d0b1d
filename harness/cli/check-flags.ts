import { InvalidArgumentError, Option, type Command } from 'commander';
import { Ipv4Address } from '../address/index.ts';
import { isProto41Error } from '../errors.ts';
import { readProfileText, readText } from './option-values.ts';

/** What commander makes of the flags of `check`. */
export interface CheckFlags {
  /** Undefined: guess it. */
  readonly profile?: string;
  readonly inside?: string;
  readonly outside?: string;
  readonly node?: Ipv4Address;
  readonly json?: boolean;
  readonly sarif?: string;
  readonly annotate?: string;
  readonly out?: string;
  readonly limit: number;
}

const DEFAULT_LIMIT = 20;

const readProfile = (text: string): string | undefined => (text === 'auto' ? undefined : readProfileText(text));

const readNodeAddress = (text: string): Ipv4Address => {
  try {
    return Ipv4Address.parse(text);
  } catch (error) {
    if (isProto41Error(error)) throw new InvalidArgumentError('Expected an IPv4 address such as 10.0.0.1.');
    throw error;
  }
};

const readLimit = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number; 0 shows all.');
};

const HELP = `
FILE is a pcap or pcapng file, plain or packed with gzip or zstd; - reads standard input, while it is still written.

Exit codes: 0 nothing wrong, 1 findings, 2 a capture that cannot be read (to its end) or wrong usage, 4 nothing to judge.
`;

export const addCheckFlags = (command: Command): Command =>
  command
    .argument('<file...>', 'captures to judge, - for standard input')
    .addOption(
      new Option('--profile <profile>', 'the overlay, see docs/profiles.md; auto guesses it and says why')
        .argParser(readProfile)
        .default(undefined, 'auto'),
    )
    .addOption(new Option('--inside <name>', 'the file or interface on the side of the pods').argParser(readText))
    .addOption(new Option('--outside <name>', 'the file or interface on the side of the underlay').argParser(readText))
    .addOption(
      new Option('--node <ipv4>', 'judge what this node sent, by its tunnel endpoint').argParser(readNodeAddress),
    )
    .option('--json', 'print everything as JSON on standard output, and nothing else there')
    .addOption(new Option('--sarif <file>', 'also write the findings as SARIF 2.1.0').argParser(readText))
    .addOption(
      new Option('--annotate <file>', 'also write the same frames as pcapng, with findings as comments').argParser(
        readText,
      ),
    )
    .addOption(new Option('--out <dir>', 'also write check.html, a page, into a new folder').argParser(readText))
    .addOption(
      new Option('--limit <n>', 'findings to print of each requirement, 0 for all')
        .argParser(readLimit)
        .default(DEFAULT_LIMIT),
    )
    .addHelpText('after', HELP);
