import type { NodeFacts } from '../node/node.ts';

export interface RerunFacts {
  /** As given on the command line: a name or a folder. */
  readonly target: string;
  readonly node: Pick<NodeFacts, 'node' | 'kernelName' | 'wire'>;
  readonly profile: string;
  readonly caseId: string;
  readonly seed: string;
  readonly strict: boolean;
  /** The case runs only when long waits are asked for. */
  readonly slow?: boolean;
  /** The deviations that the target declares were not looked at. */
  readonly withoutExpectations?: boolean;
  /** How many random packets a property was tried with, where that was asked for. */
  readonly propertyPackets?: number;
}

/** Set by bin/proto41.js: the name under which Proto41 was started. */
const STARTED_AS = 'PROTO41_STARTED_AS';

/** What need not be said. */
const DEFAULT_WIRE = 'afpacket';

/** The command that runs just this case again, to be pasted into a shell: in the way in which this process was started. */
export const rerunCommand = (
  { target, node, profile, caseId, seed, ...facts }: RerunFacts,
  environment: NodeJS.ProcessEnv = process.env,
): string => {
  const options = [
    ['--target', target],
    ['--node', node.node],
    ...(node.kernelName === undefined ? [] : [['--kernel', node.kernelName]]),
    ...(node.wire === undefined || node.wire === DEFAULT_WIRE ? [] : [['--wire', node.wire]]),
    ['--profile', profile],
    ['--case', caseId],
    ['--seed', seed],
    ...(facts.propertyPackets === undefined ? [] : [['--property-packets', String(facts.propertyPackets)]]),
  ];
  const switches = [
    ...(facts.strict ? ['--strict'] : []),
    ...(facts.slow === true ? ['--slow'] : []),
    ...(facts.withoutExpectations === true ? ['--no-expectations'] : []),
  ];
  return shellCommand(['run', ...options.flat(), ...switches], environment);
};

/** A command of Proto41 to be pasted into a shell, in the way in which this process was started. */
export const shellCommand = (words: readonly string[], environment: NodeJS.ProcessEnv = process.env): string =>
  [environment[STARTED_AS] ?? 'npm start --', ...words.map(shellWord)].join(' ');

/** Single quotes where a POSIX shell would read more than the characters. */
const shellWord = (word: string): string =>
  /^[A-Za-z0-9_\-./:,=+@%]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
