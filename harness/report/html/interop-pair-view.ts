import type { InteropFinding, InteropResult, PairResult, TrafficResult } from '../../interop/result.ts';
import { durationText } from '../duration.ts';
import { relativeUri } from '../escape.ts';
import type { EvidenceFrame, EvidenceFrames } from '../evidence-frame.ts';
import { clauseView } from './clause-view.ts';
import { facts } from './facts.ts';
import { html, type Markup } from './markup.ts';
import { markedPacket } from './packet-view.ts';
import { table } from './table.ts';
import { verdictWord } from './verdict-mark.ts';

/** Findings of one pair whose packets are drawn. */
const DRAWN_FINDINGS = 8;

/** Two ends with traffic both ways: what arrived, who broke which clause, and the packet that shows it. */
export const interopPairView = (
  pair: PairResult,
  anchor: string,
  result: InteropResult,
  evidence: EvidenceFrames,
): Markup => {
  const { n1, n2, verdict, unexpected, reason, pods, traffic, findings, doubts } = pair;
  const frames = pair.evidence === undefined ? undefined : evidence.get(pair.evidence);
  return html`<details
    class="case"
    id="${anchor}"
    data-verdict="${verdict}"
    data-unexpected="${unexpected ? 'yes' : 'no'}"
    data-n1="${n1}"
    data-n2="${n2}"
  >
    <summary>${verdictWord(verdict)} <strong>${n1}</strong> and <strong>${n2}</strong> ${reason}</summary>
    <div class="body">
      ${facts([
        ['reason', reason],
        ['failed', pair.failedSide !== undefined && `${pair.failedSide}: ${pair.failedSide === 'n1' ? n1 : n2}`],
        [
          'silent',
          pair.silent.length > 0 && `${pair.silent.map((side) => pair[side]).join(' and ')}: said nothing at all`,
        ],
        ['doubt', doubts.length > 0 && doubts.map((doubt) => html`${doubt}<br />`)],
        ['pods', `behind n1: ${pods.n1}, behind n2: ${pods.n2}`],
        ['frames', `${String(pair.frames)} judged`],
        ['evidence', pair.evidence !== undefined && html`<a href="${relativeUri(pair.evidence)}">${pair.evidence}</a>`],
        ['took', durationText(pair.durationMs)],
        ['again', html`<code>${pair.rerun}</code>`],
      ])}
      ${traffic.length > 0 && trafficTable(traffic, pair)}
      ${findings.map((finding, index) => findingView(finding, result, index < DRAWN_FINDINGS ? frames : undefined))}
    </div>
  </details> `;
};

const trafficTable = (traffic: readonly TrafficResult[], { n1, n2 }: PairResult): Markup =>
  table(
    ['traffic', 'from', 'to', 'verdict', 'what the pods saw', 'took'],
    traffic.map(({ kind, direction, verdict, detail, durationMs }) => [
      kind,
      direction === 'n1-to-n2' ? n1 : n2,
      direction === 'n1-to-n2' ? n2 : n1,
      verdictWord(verdict),
      detail,
      durationText(durationMs),
    ]),
  );

const findingView = (
  finding: InteropFinding,
  { requirements, profile }: InteropResult,
  frames: readonly EvidenceFrame[] | undefined,
): Markup => {
  const { requirement, expected, actual, count, end, role, severity, frameNumber, place, expectation } = finding;
  const decisive = frames?.find(({ number }) => number === frameNumber);
  return html`<div class="violation${severity !== 'must' && ' tolerated'}">
    ${clauseView(
      requirement,
      requirements.find(({ id }) => id === requirement),
    )}
    ${facts([
      ['wrong is', html`<strong>${end}</strong> as ${role}`],
      ['expected', expected.map((each, index) => html`${index > 0 && html`<br />or `}${each}`)],
      ['actual', html`<strong>${actual}</strong>${count !== undefined && ` (in ${String(count)} frames)`}`],
      ['declared', expectation.kind !== 'none' && expectation.reason],
      ['field', place?.field],
      ['frame', decisive === undefined && finding.frame],
    ])}
    ${
      decisive !== undefined &&
      markedPacket(
        `Frame ${String(decisive.number)} on ${decisive.port}`,
        decisive.bytes,
        { ...finding, by: 'rule' },
        profile.text,
      )
    }
  </div>`;
};
