import { html, type Content, type Markup } from './markup.ts';

/** Names with what is known of them; what is not known has no line. */
export const facts = (entries: readonly (readonly [name: string, value: Content])[]): Markup => {
  const given = entries.filter(([, value]) => value !== false && value !== undefined && value !== '');
  return html`<dl class="facts">
    ${given.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
};
