import { shortened } from '../report/layout.ts';
import { printable } from '../report/escape.ts';
import { paintVerdict, type Palette } from '../report/palette.ts';
import type { OnProgress, Phase, ProgressEvent } from '../runner/progress.ts';
import type { Verdict } from '../runner/verdict.ts';
import type { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** How much of a run is shown while it goes on. */
export interface RunViewOptions {
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Standard output belongs to the JSON. */
  readonly json: boolean;
}

const PHASE_TEXTS: Readonly<Record<Phase, string>> = {
  boot: 'starting the node',
  probe: 'asking the target for nonsense',
  'set-up': 'setting up the target',
  cases: 'running the cases',
  'late wait': 'waiting for what comes late',
  evidence: 'writing the evidence',
};
const LABEL_WIDTH = 12;
const TEXT_WIDTH = 160;
const ALWAYS_SHOWN: ReadonlySet<Verdict> = new Set(['fail', 'warn', 'inconclusive', 'error']);

/** Turns what the runner reports into lines: one per verdict that matters as it happens, one per phase, counts on the moving line. */
export const runView = (terminal: Terminal, progress: Progress, options: RunViewOptions): OnProgress => {
  const write = options.json ? terminal.err : terminal.out;
  const palette = options.json ? terminal.errPalette : terminal.outPalette;
  const seen = new Set<string>();
  return (event) => {
    if (event.kind === 'phase') {
      // Set-ups come and go by the dozen; each phase is named once.
      if (!seen.has(event.phase)) progress.phase(PHASE_TEXTS[event.phase]);
      seen.add(event.phase);
      return;
    }
    if (event.kind === 'case-started') {
      if (!seen.has('cases')) progress.phase(PHASE_TEXTS.cases);
      seen.add('cases');
      progress.current(`${event.id} [${event.profile}]`);
    } else progress.current(undefined);
    progress.cases(event.done, event.total);
    if (event.kind !== 'case-finished' || options.quiet) return;
    if (!options.verbose && (event.expected || !ALWAYS_SHOWN.has(event.verdict))) return;
    const line = finishedLine(event, palette);
    progress.around(() => {
      write(`${line}\n`);
    });
  };
};

const finishedLine = (event: Extract<ProgressEvent, { kind: 'case-finished' }>, palette: Palette): string => {
  const { verdict, expected, reason, found } = event;
  const label = expected
    ? palette.dim('expected'.padEnd(LABEL_WIDTH))
    : paintVerdict(palette, verdict, verdict.padEnd(LABEL_WIDTH));
  const text = reason ?? (found === undefined ? '' : `found ${found}`);
  return `${label} ${printable(event.id)} [${printable(event.profile)}]  ${shortened(printable(text), TEXT_WIDTH)}`.trimEnd();
};
