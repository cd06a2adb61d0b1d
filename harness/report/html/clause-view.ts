import type { RequirementFacts } from '../../runner/result.ts';
import { clauseUri } from '../clause-uri.ts';
import { html, type Content, type Markup } from './markup.ts';

/** What is demanded: id, level, the sections with a link to the first, and our wording. */
export const clauseView = (id: string, known: Omit<RequirementFacts, 'area'> | undefined): Markup => {
  if (known === undefined) return html`<p><strong>${id}</strong></p>`;
  return html`<p>
    <strong>${known.id}</strong> · ${known.level} · ${sourcesView(known.sources)}<br />${known.statement}
  </p>`;
};

const sourcesView = (sources: string): Content => {
  const uri = clauseUri(sources);
  return uri === undefined ? sources : html`<a href="${uri}" rel="external">${sources}</a>`;
};
