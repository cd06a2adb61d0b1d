import type { DecodeStart } from '../../packet/decode.ts';
import type { RequirementFacts } from '../../runner/result.ts';
import type { Violation } from '../../runner/verdict.ts';
import { shortened } from '../layout.ts';
import { clauseView } from './clause-view.ts';
import { facts } from './facts.ts';
import { distinct, filterForm } from './filter-form.ts';
import { html, type Markup } from './markup.ts';
import { markedPacket } from './packet-view.ts';
import { moodOf } from './mood.ts';
import { page } from './page.ts';
import { table } from './table.ts';

/** A finding of a capture, with its packet where that was kept. */
export interface ShownFinding {
  readonly violation: Violation;
  /** Undefined for a requirement that the catalogue does not have. */
  readonly clause: Omit<RequirementFacts, 'area'> | undefined;
  readonly file: string;
  readonly frameNumber: number;
  readonly time?: string;
  /** The packet in one line. */
  readonly frame?: string;
  readonly packet?: { readonly bytes: Uint8Array; readonly start: DecodeStart };
}

export interface CountedRequirement {
  readonly id: string;
  readonly level: string;
  readonly title: string;
  readonly judged: number;
  readonly findings: number;
}

/** One capture, or the two sides of a node, as it was judged. */
export interface ShownCapture {
  readonly files: readonly string[];
  /** Text form; undefined where there was no tunnel packet. */
  readonly profile?: string;
  readonly isGuessed: boolean;
  /** Why this profile, and why these sides. */
  readonly evidence: readonly string[];
  readonly frames: number;
  readonly tunnelPackets: number;
  readonly findings: readonly ShownFinding[];
  /** How many findings there were; more than are shown where there are many. */
  readonly allFindings: number;
  readonly requirements: readonly CountedRequirement[];
  readonly conversations: readonly {
    readonly name: string;
    readonly packets: number;
    readonly bytes: number;
    readonly findings: number;
  }[];
  /** Why frames were not judged, or not wholly, with their number. */
  readonly notJudged: readonly (readonly [reason: string, frames: number])[];
  readonly errors: readonly string[];
}

/** The judgement of captures as one page. `line` is the summary line of the check. */
export const checkPage = (captures: readonly ShownCapture[], line: string, exitCode: number): string => {
  const findings = captures.flatMap((capture, index) =>
    capture.findings.map((finding, place) => ({
      finding,
      capture,
      anchor: `finding-${String(index)}-${String(place)}`,
    })),
  );
  const left = captures.reduce((sum, { allFindings, findings: own }) => sum + allFindings - own.length, 0);
  return page({
    title: shortened(`check of ${captures.flatMap(({ files }) => files).join(', ')}`, 120),
    body: html`<h2>Captures</h2>
      <p class="headline ${moodOf(exitCode)}">${line}</p>
      ${captures.map(captureView)}
      ${findings.length > 0 && html`<h2 id="findings">Findings</h2>`}
      ${left > 0 && html`<p class="soft">and ${left} more findings of these kinds; check --json has all</p>`}
      ${
        findings.length > 0 &&
        filterForm('Filter the findings', [
          ['requirement', distinct(findings.map(({ finding }) => finding.violation.requirement))],
          ['level', distinct(findings.map(({ finding }) => finding.clause?.level ?? ''))],
          ['file', distinct(findings.map(({ finding }) => finding.file))],
        ])
      }
      ${findings.map(({ finding, capture, anchor }) => findingView(finding, capture, anchor))}`,
  });
};

const captureView = (capture: ShownCapture): Markup => {
  const { files, profile, isGuessed, evidence, requirements, conversations, notJudged, errors } = capture;
  const violated = requirements.filter(({ findings }) => findings > 0);
  const right = requirements.filter(({ findings }) => findings === 0);
  return html`<section>
    <h3>${files.join(' and ')}</h3>
    ${facts([
      [
        'profile',
        profile === undefined
          ? 'none, because there is no tunnel packet to guess it from'
          : `${profile}${isGuessed ? ' (guessed)' : ''}`,
      ],
      ['because', evidence.length > 0 && evidence.map((sentence) => html`${sentence}<br />`)],
      ['frames', `${String(capture.frames)}, of which ${String(capture.tunnelPackets)} are tunnel packets`],
      ['not read', errors.length > 0 && errors.map((error) => html`<strong>${error}</strong><br />`)],
    ])}
    ${violated.length > 0 && requirementTable(violated)}
    ${
      right.length > 0 &&
      html`<details>
      <summary>${right.length} requirements were judged and nothing is wrong</summary>
      ${requirementTable(right)}
    </details>`
    }
    ${
      conversations.length > 0 &&
      table(
        ['packets', 'bytes', 'findings', 'conversation'],
        conversations.map(({ name, packets, bytes, findings }) => [packets, bytes, findings, name]),
      )
    }
    ${
      notJudged.length > 0 &&
      table(
        ['frames', 'not or not wholly judged'],
        notJudged.map(([reason, frames]) => [frames, reason]),
      )
    }
  </section>`;
};

const requirementTable = (requirements: readonly CountedRequirement[]): Markup =>
  table(
    ['findings', 'judged', 'requirement', 'level', 'title'],
    requirements.map(({ findings, judged, id, level, title }) => [findings, judged, id, level, title]),
  );

const findingView = (finding: ShownFinding, { profile = '' }: ShownCapture, anchor: string): Markup => {
  const { violation, clause, file, frameNumber, time, frame, packet } = finding;
  return html`<details
    class="case"
    id="${anchor}"
    data-requirement="${violation.requirement}"
    data-level="${clause?.level ?? ''}"
    data-file="${file}"
  >
    <summary>
      <span class="v v-fail">✗ frame ${frameNumber}</span> <strong>${violation.requirement}</strong>
      <span class="soft">${file}</span> ${violation.actual}
    </summary>
    <div class="body">
      ${clauseView(violation.requirement, clause)}
      ${facts([
        ['expected', violation.expected.map((each, index) => html`${index > 0 && html`<br />or `}${each}`)],
        ['actual', html`<strong>${violation.actual}</strong>`],
        ['field', violation.place?.field],
        ['packet', frame],
        ['time', time],
      ])}
      ${packet !== undefined && markedPacket(`Frame ${String(frameNumber)} of ${file}`, packet.bytes, violation, profile, packet.start)}
    </div>
  </details> `;
};
