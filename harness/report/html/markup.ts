import { printable } from '../escape.ts';

/** Text that is HTML already. Only {@link html} and {@link trusted} make it, so nothing a target said gets into a page raw. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text is escaped, `undefined` and `false` are nothing. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for any place in HTML where text or a quoted attribute value may stand. */
export const escapeHtml = (text: string): string =>
  printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const rendered = (content: Content): string => {
  if (content === undefined || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(rendered).join('');
  return escapeHtml(String(content));
};

/** A template whose values are escaped, unless they are markup themselves. Attribute values must be quoted. */
export const html = (strings: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(strings.map((text, index) => (index === 0 ? text : rendered(values[index - 1]) + text)).join(''));

/** Text of the project's own that is markup, style or script already; never anything from outside. */
export const trusted = (text: string): Markup => new Markup(text);
