import { countFaults, countsByArea, exitCodeOfScore } from '../../runner/fault-score/score.ts';
import type { FaultCounts, FaultOutcome, FaultScore, MeasuredFault } from '../../runner/fault-score/score.ts';
import { scoreLine, trialText } from '../faults/score-line.ts';
import { facts } from './facts.ts';
import { distinct, filterForm } from './filter-form.ts';
import { html, type Markup } from './markup.ts';
import { moodOf } from './mood.ts';
import { page } from './page.ts';
import { table } from './table.ts';

const WORST_FIRST: readonly FaultOutcome['kind'][] = ['survived', 'without case', 'caught'];
const SIGNS = { survived: '✗', 'without case': '–', caught: '✓' } as const;
const COLOURS = { survived: 'fail', 'without case': 'skip', caught: 'pass' } as const;

/** The fault score as one page: what survived first, then everything that was caught and by what. */
export const faultPage = (score: FaultScore): string => {
  const faults = score.faults.toSorted((a, b) => rank(a) - rank(b));
  const { casesThatNoFaultFails = [] } = score;
  return page({
    title: 'faults',
    body: html`<h2>Do the checks work?</h2>
      <p class="headline ${moodOf(exitCodeOfScore(score))}">${scoreLine(score)}</p>
      <p class="soft">
        Each fault is a defect that can be switched on in the reference. It counts as caught when a case of the requirement that it breaks
        says fail or warn, where the reference without faults does not. Profiles: ${score.profiles.join(', ')}.
      </p>
      ${countTable(score)}
      ${
        casesThatNoFaultFails.length > 0 &&
        html`<h2>Cases that no fault of their requirement fails</h2>
        <ul>
          ${casesThatNoFaultFails.map((id) => html`<li>${id}</li>`)}
        </ul>`
      }
      ${
        score.lacking.length > 0 &&
        html`<h2>Faults of the catalogue that the reference does not have</h2>
        <ul>
          ${score.lacking.map(({ name, requirement }) => html`<li>${name} <span class="soft">of ${requirement}</span></li>`)}
        </ul>`
      }
      <h2 id="faults">Faults</h2>
      ${filterForm('Filter the faults', [
        ['verdict', distinct(faults.map(({ outcome }) => outcome.kind))],
        ['area', distinct(faults.map(({ area }) => area))],
        ['priority', distinct(faults.map(({ priority }) => priority))],
        ['profile', distinct(faults.map(({ outcome }) => (outcome.kind === 'caught' ? outcome.profile : '')))],
      ])}
      ${faults.map(faultView)}`,
  });
};

const rank = ({ outcome }: MeasuredFault): number => WORST_FIRST.indexOf(outcome.kind);

const countTable = (score: FaultScore): Markup => {
  const row = (name: string, { faults, caught, survived, withoutCase, lacking }: FaultCounts) => [
    name,
    faults,
    caught,
    survived,
    withoutCase,
    lacking,
  ];
  return table(
    ['area', 'faults', 'caught', 'survived', 'without a case', 'not in the reference'],
    [...countsByArea(score).map((counts) => row(counts.area, counts)), row('all', countFaults(score))],
    { rowHeaders: true, dots: true },
  );
};

const faultView = ({ name, defect, requirement, area, priority, outcome }: MeasuredFault): Markup =>
  html`<details
    class="case"
    id="fault-${name}"
    data-verdict="${outcome.kind}"
    data-area="${area}"
    data-priority="${priority}"
    data-profile="${outcome.kind === 'caught' ? outcome.profile : ''}"
  >
    <summary>
      <span class="v v-${COLOURS[outcome.kind]}">${SIGNS[outcome.kind]} ${outcome.kind}</span> <strong>${name}</strong>
      <span class="soft">${requirement}</span> ${defect}
    </summary>
    <div class="body">
      ${facts([
        ['defect', defect],
        ['requirement', requirement],
        ['caught by', outcome.kind === 'caught' && outcome.cases.map((id) => html`${id}<br />`)],
        ['under', outcome.kind === 'caught' && outcome.profile],
        [
          'verdicts',
          outcome.kind === 'survived' &&
            outcome.trials.map((trial) => html`<strong>${trial.profile}</strong>: ${trialText(trial)}<br />`),
        ],
        ['again', html`<code>npm start -- faults --fault ${name} --verbose</code>`],
      ])}
    </div>
  </details> `;
