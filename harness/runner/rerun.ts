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

/** The command that runs just this case again, to be pasted into a shell. */
export const rerunCommand = ({ target, node, profile, caseId, seed, strict }: RerunFacts): string => {
  const options = [
    ['--target', target],
    ['--node', node.node],
    ...(node.kernelName === undefined ? [] : [['--kernel', node.kernelName]]),
    ['--profile', profile],
    ['--case', caseId],
    ['--seed', seed],
  ];
  return ['proto41', 'run', ...options.flat().map(shellWord), ...(strict ? ['--strict'] : [])].join(' ');
};

/** Single quotes where a POSIX shell would read more than the characters. */
const shellWord = (word: string): string =>
  /^[A-Za-z0-9_\-./:,=+@%]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
