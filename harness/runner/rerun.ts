import type { NodeFacts } from '../node/node.ts';

export interface RerunFacts {
  /** As given on the command line: a name or a folder. */
  readonly target: string;
  readonly node: Pick<NodeFacts, 'node' | 'kernelName'>;
  readonly profile: string;
  readonly caseId: string;
  readonly seed: string;
  readonly strict: boolean;
}

/** Set by bin/proto41.js: the name under which Proto41 was started. */
const STARTED_AS = 'PROTO41_STARTED_AS';

/** The command that runs just this case again, to be pasted into a shell: in the way in which this process was started. */
export const rerunCommand = (
  { target, node, profile, caseId, seed, strict }: RerunFacts,
  environment: NodeJS.ProcessEnv = process.env,
): string => {
  const program = environment[STARTED_AS] ?? 'npm start --';
  const options = [
    ['--target', target],
    ['--node', node.node],
    ...(node.kernelName === undefined ? [] : [['--kernel', node.kernelName]]),
    ['--profile', profile],
    ['--case', caseId],
    ['--seed', seed],
  ];
  return [program, 'run', ...options.flat().map(shellWord), ...(strict ? ['--strict'] : [])].join(' ');
};

/** Single quotes where a POSIX shell would read more than the characters. */
const shellWord = (word: string): string =>
  /^[A-Za-z0-9_\-./:,=+@%]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
