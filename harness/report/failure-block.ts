import { counted } from './counted.ts';
import type { CaseResult } from '../runner/result.ts';
import type { Violation } from '../runner/verdict.ts';
import { differenceLines } from './differences.ts';
import { printable, printableLines } from './escape.ts';
import type { EvidenceFrames } from './evidence-frame.ts';
import { wrap } from './layout.ts';
import type { RequirementLookup } from './lookup.ts';
import { packetTreeLines } from './packet-tree.ts';
import { paintVerdict, PLAIN, type Palette } from './palette.ts';
import { isExpectedDeviation } from './summary.ts';

const LABEL_WIDTH = 10;
const TEXT_WIDTH = 106;
/** A case that goes through many vectors can fail in each of them. */
const SHOWN_VIOLATIONS = 5;

interface BlockContext {
  readonly lookup: RequirementLookup;
  readonly palette: Palette;
  /** Folder that evidence files are named in, as the user would type it. */
  readonly folder: string | undefined;
  readonly evidence: EvidenceFrames;
}

const NO_EVIDENCE: EvidenceFrames = new Map();

/** Whether a result is explained in a block of its own. */
export const needsBlock = (result: CaseResult): boolean =>
  result.expectation.unexpected ||
  (!isExpectedDeviation(result) && result.verdict !== 'pass' && result.verdict !== 'skip');

/**
 * Everything that is known of a verdict that is not a pass: the clause, everything legal, what was seen, the differing
 * bytes by field name, the evidence and the command that runs the case again.
 */
export const failureBlock = (
  result: CaseResult,
  lookup: RequirementLookup,
  {
    palette = PLAIN,
    folder,
    evidence = NO_EVIDENCE,
  }: { readonly palette?: Palette; readonly folder?: string; readonly evidence?: EvidenceFrames } = {},
): string[] => {
  const context: BlockContext = { lookup, palette, folder, evidence };
  const title = lookup(result.requirement)?.title ?? '';
  const lines = [
    `${paintVerdict(palette, result.verdict, result.verdict.toUpperCase())} ${palette.bold(printable(result.id))} [${printable(result.profile)}] ${printable(title)}`.trimEnd(),
  ];
  if (result.expectation.kind === 'mismatch') lines.push(...labelled(context, 'declared', [result.expectation.reason]));
  if (result.violations.length === 0) lines.push(...clauseLines(context, result.requirement));
  const shown = result.violations.slice(0, SHOWN_VIOLATIONS);
  shown.forEach((violation, index) => {
    lines.push(...violationLines(context, result, violation, shown[index - 1]));
  });
  const more = result.violations.length - shown.length;
  if (more > 0) lines.push('', `  and ${counted(more, 'more violation')}, see results.json`);
  for (const doubt of result.doubts) {
    lines.push(
      ...labelled(context, 'doubt', [doubt.reason, ...frameReference(context, result.evidence, doubt.frameNumber)]),
    );
  }
  // The reason of an inconclusive case is the sum of its doubts.
  if (result.reason !== undefined && result.doubts.length === 0)
    lines.push(...verbatim(context, 'reason', printableLines(result.reason)));
  if (result.repeats !== undefined) lines.push(...labelled(context, 'repeats', [result.repeats.join(', ')]));
  for (const note of result.notes) lines.push(...labelled(context, 'note', [note]));
  if (result.violations.every((violation) => violation.frameNumber === undefined)) {
    lines.push(...labelled(context, 'evidence', frameReference(context, result.evidence, undefined)));
  }
  lines.push(...verbatim(context, 'rerun', [result.rerun]));
  return lines;
};

const violationLines = (
  context: BlockContext,
  result: CaseResult,
  violation: Violation,
  previous: Violation | undefined,
): string[] => {
  const lines: string[] = [];
  if (previous !== undefined) lines.push('');
  if (previous?.requirement !== violation.requirement) lines.push(...clauseLines(context, violation.requirement));
  violation.expected.forEach((expected, alternative) => {
    lines.push(...labelled(context, alternative === 0 ? 'expected' : '      or', [expected]));
  });
  lines.push(...labelled(context, 'actual', [`${violation.actual}${countText(violation)}`]));
  if (violation.tolerated === true) lines.push(...labelled(context, '', ['(the clause tolerates this: a warning)']));
  if (violation.differences !== undefined)
    lines.push(...verbatim(context, 'bytes', differenceLines(violation.differences)));
  lines.push(...decisiveFrameLines(context, result, violation, previous));
  if (violation.frameNumber !== undefined) {
    const evidence = violation.evidence ?? result.evidence;
    lines.push(...labelled(context, 'evidence', frameReference(context, evidence, violation.frameNumber)));
  }
  return lines;
};

/** The decisive frame: in one line, and that of the first violation also as a tree, where its bytes are at hand. */
const decisiveFrameLines = (
  context: BlockContext,
  result: CaseResult,
  violation: Violation,
  previous: Violation | undefined,
): string[] => {
  const { frame, frameNumber } = violation;
  if (frame === undefined) return [];
  const frames = context.evidence.get(violation.evidence ?? result.evidence ?? '');
  const bytes = frames?.find(({ number }) => number === frameNumber)?.bytes;
  const line = verbatim(context, 'frame', [frame]);
  if (bytes === undefined || previous !== undefined) return line;
  const tree = packetTreeLines(bytes, violation, result.profile, context.palette);
  return [...line, ...tree.map((each) => `${' '.repeat(LABEL_WIDTH)}${each}`)];
};

const clauseLines = (context: BlockContext, id: string): string[] => {
  const requirement = context.lookup(id);
  if (requirement === undefined) return labelled(context, 'clause', [id]);
  const heading = [requirement.id, requirement.level, requirement.sources].filter((part) => part !== '').join(', ');
  return labelled(context, 'clause', [heading, requirement.statement]);
};

const countText = ({ count, seenIn }: Violation): string => {
  const frames = count === undefined ? '' : ` (in ${String(count)} frames)`;
  return seenIn === undefined ? frames : `${frames} (seen in case ${seenIn})`;
};

const frameReference = (
  context: BlockContext,
  evidence: string | undefined,
  frameNumber: number | undefined,
): string[] => {
  if (evidence === undefined) return frameNumber === undefined ? [] : [`frame ${String(frameNumber)}`];
  const file = context.folder === undefined ? evidence : `${context.folder.replace(/\/$/, '')}/${evidence}`;
  return [frameNumber === undefined ? file : `${file}, frame ${String(frameNumber)}`];
};

const labelled = (context: BlockContext, label: string, texts: readonly string[]): string[] =>
  verbatim(
    context,
    label,
    texts.flatMap((text) => wrap(printable(text), TEXT_WIDTH)),
  );

/** As `labelled`, for text in columns and text to be copied, which must not be broken into lines. */
const verbatim = ({ palette }: BlockContext, label: string, texts: readonly string[]): string[] =>
  texts.map((text, index) => `  ${palette.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH))}${printable(text)}`);
