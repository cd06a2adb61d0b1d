import type { Readable } from 'node:stream';
import { factsOf } from '../../runner/requirement-facts.ts';
import type { PauseAt } from '../../runner/pause.ts';
import { caseMatcher } from '../../runner/glob.ts';
import type { CaseRegistry } from '../../runner/registry.ts';
import { shownPath } from '../output-folder.ts';
import type { Progress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { LineReader } from './line-reader.ts';
import { pausePrompt } from './pause-prompt.ts';

/** @throws UsageError where nobody can be asked */
export const refuseDebugWithoutTerminal = (glob: string | undefined, input: { readonly isTTY?: boolean }): void => {
  if (glob === undefined || input.isTTY === true) return;
  throw new UsageError(
    `--debug ${glob}: expected a terminal on standard input, to ask what to do at a failing case, found none; leave --debug out, or run it in a terminal`,
  );
};

export interface DebugOptions {
  readonly glob: string;
  readonly registry: CaseRegistry;
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly folder: string;
  readonly input: Readable;
}

/** What `--debug` adds to a run; to be disposed of when the run is over. */
export interface Debug extends Disposable {
  readonly pauseAt: PauseAt;
}

/** @throws UsageError for a glob that matches no case */
export const openDebug = ({ glob, registry, input, folder, ...rest }: DebugOptions): Debug => {
  if (!registry.cases.some(({ definition }) => caseMatcher(glob)(definition.id)))
    throw new UsageError(`--debug ${glob}: expected it to match a case, found none; see \`proto41 list cases\``);
  const lines = new LineReader(input);
  const facts = factsOf(registry, new Set(registry.requirements.map(({ id }) => id)));
  const byId = new Map(facts.map((each) => [each.id, each]));
  return {
    pauseAt: pausePrompt({ ...rest, glob, lines, lookup: (id) => byId.get(id), folder: shownPath(folder) }),
    [Symbol.dispose]: () => {
      lines[Symbol.dispose]();
    },
  };
};
