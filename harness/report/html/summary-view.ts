import { policyLines, switchWords } from '../configuration.ts';
import { summaryLine } from '../console.ts';
import { summarize } from '../summary.ts';
import { exitCodeOf } from '../../runner/exit-code.ts';
import { VERDICTS } from '../../runner/verdict.ts';
import { html, type Markup } from './markup.ts';
import { moodOf } from './mood.ts';
import type { ReportedRun } from './reported-run.ts';
import { runName } from './run-label.ts';
import { table } from './table.ts';
import { verdictWord } from './verdict-mark.ts';

/** One run at a glance: the summary line, what it ran, and counts by area. */
export const summaryView = (run: ReportedRun): Markup => {
  const { result } = run;
  const summary = summarize(result);
  const { configurations = [] } = result;
  const rows = [...summary.areas, { area: 'all', ...summary }];
  return html`<section>
    <h2>${runName(run)}</h2>
    <p class="headline ${moodOf(exitCodeOf(result))}">${summaryLine(result)}</p>
    ${result.stopped !== undefined && html`<p>Stopped: ${result.stopped.reason} (${result.stopped.code})</p>`}
    <p class="soft">
      Profiles ${result.profiles.join(', ')} · seed ${result.seed} · started
      ${result.startedAt}${result.strict && ' · strict'} · Proto41 ${result.tool.version}
    </p>
    ${policyLines(result).map((line) => html`<p class="soft">Policies of ${result.target}: ${line}</p>`)}
    ${
      configurations.length > 0 &&
      html`<details>
      <summary>Switches</summary>
      ${table(
        ['profile', 'is', 'switches'],
        configurations.map((each) => [each.profile, each.text, switchWords(each)]),
        { rowHeaders: true },
      )}
    </details>`
    }
    ${table(
      ['area', ...VERDICTS.map(verdictWord), verdictWord('expected')],
      rows.map(({ area, counts, expectedDeviations }) => [
        area,
        ...VERDICTS.map((verdict) => counts[verdict]),
        expectedDeviations,
      ]),
      { rowHeaders: true, dots: true },
    )}
  </section>`;
};
