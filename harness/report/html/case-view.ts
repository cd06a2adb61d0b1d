import { areaOf, type RequirementLookup } from '../lookup.ts';
import { durationText } from '../duration.ts';
import { relativeUri } from '../escape.ts';
import { shortened } from '../layout.ts';
import { essence } from '../verdict-line.ts';
import type { CaseResult } from '../../runner/result.ts';
import type { Violation } from '../../runner/verdict.ts';
import { clauseView } from './clause-view.ts';
import { facts } from './facts.ts';
import { html, trusted, type Content, type Markup } from './markup.ts';
import { decodeOptions } from '../offending.ts';
import { packetView } from './packet-view.ts';
import type { EvidenceFrame } from '../evidence-frame.ts';
import type { ReportedRun } from './reported-run.ts';
import { sequenceView } from './sequence-view.ts';
import { isUnexpectedPass, shownVerdict } from '../shown-verdict.ts';
import { unexpectedPassWord, verdictWord } from './verdict-mark.ts';

/** Violations of one case that are drawn; a case of many vectors can fail in each. */
const DRAWN_VIOLATIONS = 4;

export interface CaseViewContext {
  readonly run: ReportedRun;
  /** Name of the run in the page, as in the filter. */
  readonly runLabel: string;
  readonly lookup: RequirementLookup;
  readonly anchor: string;
}

/** One verdict: a line, and everything behind it. */
export const caseView = (result: CaseResult, context: CaseViewContext): Markup => {
  const { lookup, anchor, runLabel } = context;
  const verdict = shownVerdict(result);
  const known = lookup(result.requirement);
  const isWrongPass = isUnexpectedPass(result);
  const isPlainPass = verdict === 'pass' && !isWrongPass;
  const short = isPlainPass ? (known?.title ?? '') : essence(result);
  return html`<details
    class="case"
    id="${anchor}"
    data-verdict="${verdict}"
    data-unexpected="${result.expectation.unexpected ? 'yes' : 'no'}"
    data-level="${known?.level ?? ''}"
    data-area="${areaOf(result.requirement, lookup)}"
    data-run="${runLabel}"
  >
    <summary>
      ${isWrongPass ? unexpectedPassWord : verdictWord(verdict)} <strong>${result.id}</strong> <span class="soft">${runLabel}</span> ${shortened(short, 180)}
    </summary>
    <div class="body">${isPlainPass ? passBody(result) : fullBody(result, context)}</div>
  </details> `;
};

const passBody = (result: CaseResult): Markup =>
  facts([
    ['notes', result.notes.length > 0 && result.notes.map((note) => html`${note}<br />`)],
    ['took', durationText(result.durationMs)],
    ['again', html`<code>${result.rerun}</code>`],
  ]);

const fullBody = (result: CaseResult, context: CaseViewContext): Markup => {
  const { expectation, violations } = result;
  const drawn = violations.slice(0, DRAWN_VIOLATIONS);
  const rest = violations.length - drawn.length;
  return html`${violations.length === 0 && clauseView(result.requirement, context.lookup(result.requirement))}
  ${facts([
    ['declared', expectation.kind !== 'none' && expectation.reason],
    ['reason', result.doubts.length === 0 && result.reason !== undefined && html`<pre>${lines(result.reason)}</pre>`],
    ['doubt', result.doubts.length > 0 && result.doubts.map(({ reason }) => html`${reason}<br />`)],
    ['repeats', result.repeats?.join(', ')],
    ['notes', result.notes.length > 0 && result.notes.map((note) => html`${note}<br />`)],
  ])}
  ${drawn.map((violation, index) => violationView(result, violation, drawn[index - 1], context))}
  ${rest > 0 && html`<p>and ${rest} more in results.json</p>`}
  ${violations.length === 0 && sequenceOf(result, undefined, context)}
  ${facts([
    ['evidence', evidenceLink(result.evidence, context)],
    ['took', durationText(result.durationMs)],
    ['again', html`<code>${result.rerun}</code>`],
  ])}`;
};

const violationView = (
  result: CaseResult,
  violation: Violation,
  previous: Violation | undefined,
  context: CaseViewContext,
): Markup => {
  const frames = framesOf(result, violation, context);
  const decisive = frames?.find(({ number }) => number === violation.frameNumber);
  // Drawn a moment ago, so not again unless something else in it is wrong.
  const isSameFrame =
    previous?.frameNumber === violation.frameNumber &&
    previous !== undefined &&
    previous.evidence === violation.evidence;
  return html`<div class="violation${violation.tolerated === true && ' tolerated'}">
    ${previous?.requirement !== violation.requirement && clauseView(violation.requirement, context.lookup(violation.requirement))}
    ${facts([
      ['expected', violation.expected.map((each, index) => html`${index > 0 && html`<br />or `}${each}`)],
      ['actual', html`<strong>${violation.actual}</strong>${countText(violation)}`],
      ['', violation.tolerated === true && 'the clause tolerates this: a warning'],
      ['field', violation.place?.field],
      ['bytes', violation.differences !== undefined && differencesView(violation.differences)],
      ['frame', decisive === undefined && violation.frame],
      ['evidence', violation.evidence !== undefined && evidenceLink(violation.evidence, context)],
    ])}
    ${decisive !== undefined && !(isSameFrame && previous?.requirement === violation.requirement) && packetView(decisive, violation, result.profile)}
    ${!isSameFrame && frames !== undefined && sequenceOf(result, violation, context)}
  </div>`;
};

const countText = ({ count, seenIn }: Violation): string =>
  `${count === undefined ? '' : ` (in ${String(count)} frames)`}${seenIn === undefined ? '' : ` (seen in case ${seenIn})`}`;

const differencesView = (differences: NonNullable<Violation['differences']>): Markup =>
  html`<table>
    <thead>
      <tr>
        <th>field</th>
        <th>byte</th>
        <th>expected</th>
        <th>actual</th>
      </tr>
    </thead>
    <tbody>
      ${differences.map(
        (each) =>
          html`<tr>
            <td>${each.layer}.${each.field}</td>
            <td class="count">${each.offset}</td>
            <td class="mono">${each.expectedText}</td>
            <td class="mono"><mark>${each.actualText}</mark></td>
          </tr>`,
      )}
    </tbody>
  </table>`;

const framesOf = (
  result: CaseResult,
  violation: Violation | undefined,
  { run }: CaseViewContext,
): readonly EvidenceFrame[] | undefined => {
  const file = violation?.evidence ?? result.evidence;
  return file === undefined ? undefined : run.evidence.get(file);
};

const sequenceOf = (result: CaseResult, violation: Violation | undefined, context: CaseViewContext): Content => {
  const frames = framesOf(result, violation, context);
  return (
    frames !== undefined &&
    frames.length > 0 &&
    sequenceView(frames, violation?.frameNumber, decodeOptions(result.profile))
  );
};

const evidenceLink = (file: string | undefined, { run }: CaseViewContext): Content =>
  file !== undefined && html`<a href="${run.linkPrefix}${relativeUri(file)}">${file}</a>`;

const LINE_END = trusted('\n');

const lines = (text: string): Content => text.split('\n').map((line) => [line, LINE_END]);
