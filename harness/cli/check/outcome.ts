import { counted } from '../../report/counted.ts';
import type { CheckOutcome } from '../../check/run.ts';
import { EXIT } from '../../runner/exit-code.ts';

interface Totals {
  frames: number;
  tunnelPackets: number;
  findings: number;
  framesWithFindings: number;
  judged: number;
  errors: number;
  requirements: Set<string>;
}

const totalsOf = (outcomes: readonly CheckOutcome[]): Totals => {
  const totals: Totals = {
    frames: 0,
    tunnelPackets: 0,
    findings: 0,
    framesWithFindings: 0,
    judged: 0,
    errors: 0,
    requirements: new Set(),
  };
  for (const { result } of outcomes) {
    const { summary, errors } = result;
    totals.frames += summary.frames;
    totals.tunnelPackets += summary.tunnelPackets;
    totals.findings += summary.findings;
    totals.framesWithFindings += summary.framesWithFindings;
    totals.errors += errors.length;
    for (const [id, { judged, findings }] of summary.requirements) {
      totals.judged += judged;
      if (findings > 0) totals.requirements.add(id);
    }
  }
  return totals;
};

/** 2 for a capture that could not be read to its end, whatever was found before; 1 for findings; 4 if there was nothing to judge. */
export const exitCodeOfCheck = (outcomes: readonly CheckOutcome[]): number => {
  const { errors, findings, judged } = totalsOf(outcomes);
  if (errors > 0) return EXIT.usage;
  if (findings > 0) return EXIT.unexpected;
  return judged > 0 ? EXIT.expected : EXIT.undecided;
};

/** The one line at the end; `isCutShort` when somebody stopped the reading. */
export const summaryLine = (outcomes: readonly CheckOutcome[], seconds: number, isCutShort: boolean): string => {
  const totals = totalsOf(outcomes);
  const { frames, tunnelPackets, findings, framesWithFindings, judged, errors, requirements } = totals;
  const counts = `${counted(frames, 'frame')}, ${counted(tunnelPackets, 'tunnel packet')}`;
  const found =
    findings > 0
      ? `${counted(findings, 'finding')} in ${counted(framesWithFindings, 'frame')}, ${counted(requirements.size, 'requirement')} violated`
      : judged > 0
        ? 'nothing wrong'
        : 'nothing to judge';
  const broken = errors > 0 ? `, ${counted(errors, 'capture')} not read to the end` : '';
  const stopped = isCutShort ? ', interrupted before the end' : '';
  return `${counts}: ${found}${broken}${stopped} (${seconds.toFixed(1)} s)`;
};
