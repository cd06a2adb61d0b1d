import { summaryLine } from '../console.ts';
import { summarize } from '../summary.ts';
import { VERDICTS } from '../../runner/verdict.ts';
import { html, type Markup } from './markup.ts';
import type { ReportedRun } from './reported-run.ts';
import { runName } from './run-label.ts';
import { verdictWord } from './verdict-mark.ts';

/** One run at a glance: the summary line, what it ran, and counts by area. */
export const summaryView = (run: ReportedRun): Markup => {
  const { result } = run;
  const summary = summarize(result);
  const mood = summary.unexpected > 0 || result.stopped !== undefined ? 'bad' : result.interrupted ? 'open' : 'good';
  const rows = [...summary.areas, { area: 'all', ...summary }];
  return html`<section>
    <h2>${runName(run)}</h2>
    <p class="headline ${mood}">${summaryLine(result)}</p>
    ${result.stopped !== undefined && html`<p>Stopped: ${result.stopped.reason} (${result.stopped.code})</p>`}
    <p class="soft">
      Profiles ${result.profiles.join(', ')} · seed ${result.seed} · started
      ${result.startedAt}${result.strict && ' · strict'} · Proto41 ${result.tool.version}
    </p>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">area</th>
            ${VERDICTS.map((verdict) => html`<th scope="col">${verdictWord(verdict)}</th>`)}
            <th scope="col">${verdictWord('expected')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ area, counts, expectedDeviations }) =>
              html`<tr>
                <th scope="row">${area}</th>
                ${[...VERDICTS.map((verdict) => counts[verdict]), expectedDeviations].map((count) => html`<td class="count">${count === 0 ? '·' : count}</td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
};
