import type { NodeSession } from '../../node/node.ts';
import { printable, printableLines } from '../../report/escape.ts';
import { failureBlock } from '../../report/failure-block.ts';
import type { RequirementLookup } from '../../report/lookup.ts';
import { caseMatcher } from '../../runner/glob.ts';
import type { PauseAt, PausedCase } from '../../runner/pause.ts';
import type { CaseResult } from '../../runner/result.ts';
import type { Progress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import type { LineReader } from './line-reader.ts';

export interface PausePromptOptions {
  readonly terminal: Terminal;
  readonly progress: Progress;
  readonly lines: LineReader;
  readonly signal: AbortSignal;
  /** Which cases to stop at. */
  readonly glob: string;
  readonly lookup: RequirementLookup;
  /** The folder of the results, as the user would type it. */
  readonly folder: string;
}

const HELP = 'c goes on, q ends the run and writes its reports, ! COMMAND runs a shell command in the node';

/** Stops at the cases that a glob names when they are not right, says how to get into the node, and does what the user types. */
export const pausePrompt = (options: PausePromptOptions): PauseAt => {
  const isWanted = caseMatcher(options.glob);
  return async (paused) => {
    if (!isWanted(paused.id) || !paused.results.some(isWrong)) return 'continue';
    using _hold = options.progress.hold();
    introduce(paused, options);
    return answer(paused.session, options);
  };
};

/** A declared deviation too: who names a case wants to see it. */
const isWrong = ({ verdict, expectation }: CaseResult): boolean =>
  expectation.unexpected || ['fail', 'error', 'inconclusive'].includes(verdict);

const introduce = ({ id, profile, results, session }: PausedCase, options: PausePromptOptions): void => {
  const { terminal, lookup, folder } = options;
  const blocks = results
    .filter(isWrong)
    .flatMap((result) => failureBlock(result, lookup, { palette: terminal.errPalette, folder }));
  const { node, kernelRelease } = session.facts;
  const place = kernelRelease === undefined ? node : `${node} (${kernelRelease})`;
  write(terminal, [
    '',
    `proto41: stopped at ${printable(id)} [${printable(profile)}]`,
    '',
    ...blocks,
    '',
    `The target is still up, on the node ${printable(place)}, as the case left it.`,
    ...wayIn(session),
    HELP,
  ]);
};

const wayIn = ({ shell, facts }: NodeSession): readonly string[] => {
  if (shell === undefined)
    return [`There is no shell in it: on the node ${facts.node} the target is a part of this very process.`];
  if (shell.command === undefined)
    return ['Nobody but this process gets in: type ! and a command, for example: ! ip -6 route'];
  return [`A shell in it, from another terminal:  ${printable(shell.command.join(' '))}`];
};

const answer = async (session: NodeSession, options: PausePromptOptions): Promise<'continue' | 'end'> => {
  const { terminal, lines, signal } = options;
  for (;;) {
    terminal.err('debug> ');
    const line = await lines.next(signal);
    // The end of the input is the end of what somebody wants to know.
    if (line === undefined) {
      terminal.err('\n');
      return 'end';
    }
    const text = line.trim();
    if (text === 'c' || text === 'continue') return 'continue';
    if (text === 'q' || text === 'quit') return 'end';
    if (text.startsWith('!')) await runInNode(text.slice(1).trim(), session, terminal);
    else if (text !== '') write(terminal, [text === 'h' || text === 'help' ? HELP : `expected c, q or !; ${HELP}`]);
  }
};

const runInNode = async (script: string, { shell, facts }: NodeSession, terminal: Terminal): Promise<void> => {
  if (shell === undefined) {
    write(terminal, [`there is no shell on the node ${facts.node}`]);
    return;
  }
  try {
    const { exitCode, stdout, stderr } = await shell.run(script);
    const output = [stdout, stderr].map((text) => text.trimEnd()).filter((text) => text !== '');
    write(terminal, [
      ...output.flatMap(printableLines),
      ...(exitCode === 0 ? [] : [`(exit code ${String(exitCode)})`]),
    ]);
  } catch (error) {
    // The node may be gone, which the run will find out and say; here it is the answer to the command.
    write(terminal, printableLines(error instanceof Error ? error.message : String(error)));
  }
};

const write = (terminal: Terminal, lines: readonly string[]): void => {
  for (const line of lines) terminal.err(`${line}\n`);
};
