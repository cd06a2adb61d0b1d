import { Option, type Command } from 'commander';
import type { NodeName } from '../../node/node.ts';
import type { InterfaceBackend } from '../../wire/interface/interface-wire.ts';
import { collect, readNode, readProfileText, readText, readWire } from '../option-values.ts';
import { DEFAULT_TARGET } from '../run-flags.ts';

/** What commander makes of the flags that `replay` and `shrink` share. */
export interface ReplayFlags {
  readonly target: string;
  readonly node?: NodeName;
  readonly wire?: InterfaceBackend;
  readonly kernel?: string;
  readonly profile?: string;
  readonly stimulus?: string;
  readonly map?: readonly string[];
  readonly json?: boolean;
}

/** Adds the flags that say against what a capture is replayed, and how a stranger's is read. */
export const addReplayFlags = (command: Command): Command =>
  command
    .addOption(
      new Option('--target <name>', 'implementation to play it against; reference:FAULT is the reference with a fault')
        .argParser(readText)
        .default(DEFAULT_TARGET),
    )
    .addOption(
      new Option('--node <name>', 'where it runs (default: what the kind of the target needs)').argParser(readNode),
    )
    .addOption(new Option('--wire <name>', 'how frames get to the interfaces of netns and docker').argParser(readWire))
    .addOption(new Option('--kernel <name>', 'kernel of the vm node, see `list kernels`').argParser(readText))
    .addOption(
      new Option('--profile <text>', 'overlay of the capture (default: what it says itself, or a guess)').argParser(
        readProfileText,
      ),
    )
    .addOption(
      new Option(
        '--stimulus <side>',
        "in somebody else's capture, what was sent to the node in question: P, U, a MAC address or an IP address",
      ).argParser(readText),
    )
    .addOption(
      new Option(
        '--map <from=to>',
        "an address of somebody else's capture, and the one that it gets in the lab (repeatable)",
      ).argParser(collect(readText)),
    )
    .option('--json', 'print everything as JSON on standard output, and nothing else there');
