import { join } from 'node:path';
import { CaptureError } from '../../capture/index.ts';
import type { CheckSink } from '../../check/sink.ts';
import type { Requirement } from '../../runner/requirement.ts';
import { EXIT } from '../../runner/exit-code.ts';
import { parseProfile } from '../../profile/index.ts';
import { BufferedOutput } from '../check/buffered.ts';
import { exitCodeOfCheck, summaryLine } from '../check/outcome.ts';
import type { CheckFlags } from '../check-flags.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { makeOutputFolder, shownPath } from '../output-folder.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { toolVersion } from '../version.ts';

const STANDARD_INPUT = '-';
const HTML_FILE = 'check.html';

/** Judges captures, and returns the exit code. */
export const checkCommand = async (
  terminal: Terminal,
  services: Services,
  files: readonly string[],
  flags: CheckFlags,
): Promise<number> => {
  refuseNonsense(files, flags);
  const folder = flags.out === undefined ? undefined : await makeOutputFolder(flags.out, new Date());
  const [{ checkCaptures }, { CaptureInput }, requirements] = await Promise.all([
    import('../../check/run.ts'),
    import('../../check/input.ts'),
    services.loadRequirements(),
  ]);
  const startMs = performance.now();
  using interrupts = listenForInterrupts(() => undefined);
  const output = new BufferedOutput(terminal);
  const reports = await createReports(terminal, output, requirements, flags, folder);
  const inputs = files.map((file) =>
    file === STANDARD_INPUT
      ? CaptureInput.ofStream(services.standardInput(), 'standard input')
      : CaptureInput.ofFile(file),
  );
  try {
    const outcomes = await checkCaptures(
      {
        inputs,
        profile: flags.profile === undefined ? undefined : parseProfile(flags.profile),
        inside: nameOfInput(flags.inside),
        outside: nameOfInput(flags.outside),
        node: flags.node,
        signal: interrupts.signal,
      },
      reports.sinks,
    );
    const judgedExit = exitCodeOfCheck(outcomes);
    // Who ends a live capture has heard what there was to hear; who stops reading a file has not.
    const isCutShort = interrupts.signal.aborted && files.some((file) => file !== STANDARD_INPUT);
    const exitCode = isCutShort && judgedExit !== EXIT.unexpected ? EXIT.interrupted : judgedExit;
    const summary = summaryLine(outcomes, (performance.now() - startMs) / 1000, isCutShort);
    await reports.close(exitCode, summary);
    const line = `${summary}${folder === undefined ? '' : `; report in ${shownPath(folder)}`}\n`;
    if (flags.json === true) terminal.err(line);
    else output.write(line);
    await output.drain();
    return exitCode;
  } finally {
    await Promise.all(inputs.map((input) => input.close()));
  }
};

const nameOfInput = (name: string | undefined): string | undefined =>
  name === STANDARD_INPUT ? 'standard input' : name;

const refuseNonsense = (files: readonly string[], { annotate, sarif, inside, outside }: CheckFlags): void => {
  if (files.filter((file) => file === STANDARD_INPUT).length > 1)
    throw new UsageError('check: expected standard input (-) once, found it twice');
  for (const [flag, path] of [
    ['--annotate', annotate],
    ['--sarif', sarif],
  ] as const) {
    if (path !== undefined && files.includes(path))
      throw new UsageError(`check ${flag} ${path}: expected another file than the capture, which would be overwritten`);
  }
  if (annotate !== undefined && annotate === sarif)
    throw new UsageError(`check: expected two files for --annotate and --sarif, found ${annotate} for both`);
  if (inside !== undefined && inside === outside)
    throw new UsageError(`check: expected two places for --inside and --outside, found ${inside} for both`);
};

interface Reports {
  readonly sinks: readonly CheckSink[];
  readonly close: (exitCode: number, summary: string) => Promise<void>;
}

const createReports = async (
  terminal: Terminal,
  output: BufferedOutput,
  requirements: readonly Requirement[],
  { json, sarif, annotate, limit }: CheckFlags,
  folder: string | undefined,
): Promise<Reports> => {
  const [{ TextReport }, { JsonReport }, { SarifReport }, { AnnotatedCapture }, { HtmlReport }, { lookupOf }] =
    await Promise.all([
      import('../../check/report/text.ts'),
      import('../../check/report/json.ts'),
      import('../../check/report/sarif.ts'),
      import('../../check/report/annotate.ts'),
      import('../../check/report/html.ts'),
      import('../../check/report/requirements.ts'),
    ]);
  const lookup = lookupOf(requirements);
  const { write, drain } = output;
  const jsonReport = json === true ? new JsonReport({ write, drain, lookup, toolVersion: toolVersion() }) : undefined;
  const textReport = new TextReport({ write, drain, lookup, palette: terminal.outPalette, shownFindings: limit });
  const sarifReport = sarif === undefined ? undefined : new SarifReport({ requirements, toolVersion: toolVersion() });
  const htmlReport = folder === undefined ? undefined : new HtmlReport(lookup);
  const annotated =
    annotate === undefined ? undefined : await writing(annotate, () => AnnotatedCapture.create(annotate, lookup));
  const sinks: readonly (CheckSink | undefined)[] = [jsonReport ?? textReport, sarifReport, htmlReport, annotated];
  return {
    sinks: sinks.filter((sink) => sink !== undefined),
    close: async (exitCode, summary) => {
      jsonReport?.close(exitCode);
      await annotated?.close();
      if (sarif !== undefined) await writing(sarif, async () => sarifReport?.write(sarif, exitCode));
      if (folder !== undefined) await htmlReport?.write(join(folder, HTML_FILE), summary, exitCode);
      if (annotated !== undefined && annotated.lateFindings > 0) {
        terminal.err(
          `proto41: ${annotated.lateFindings} findings that became clear only after their frames were written are not in ${annotate ?? ''}\n`,
        );
      }
    },
  };
};

const writing = async <Result>(path: string, write: () => Promise<Result>): Promise<Result> => {
  try {
    return await write();
  } catch (error) {
    if (error instanceof CaptureError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`check: expected a file that can be written at ${path}, found: ${reason}`);
  }
};
