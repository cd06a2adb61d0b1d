/**
 * What a capture, a target or a kernel says reaches terminals, XML and YAML only through these functions: a name such as
 * ESC[31m must be readable in a report and must not change how the report looks or parses.
 */

// Controls, invisible characters and those that reorder what follows, lone surrogates, line separators, and the two
// non-characters that XML forbids.
const DANGEROUS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffe\uffff]/gu;

const NAMED_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escapeOf = (character: string): string => {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length > 4) return `\\u{${hex}}`;
  return NAMED_ESCAPES[character] ?? (hex.length > 2 ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`);
};

/** The text in one line: every character that could act on a terminal or a parser is shown as an escape. */
export const printable = (text: string): string => text.replace(DANGEROUS, escapeOf);

/** As {@link printable}, but line ends stay line ends and tabs become spaces. */
export const printableLines = (text: string): string[] =>
  text
    .replace(/\t/g, '    ')
    .split(/\r\n|\n/)
    .map(printable);

/** Text for a CDATA section: also the end mark of the section is taken apart. */
export const cdataText = (text: string): string => printableLines(text).join('\n').replaceAll(']]>', ']]\\x3e');

/** A double-quoted YAML scalar, which is also a JSON string. */
export const yamlText = (text: string): string => JSON.stringify(printable(text));

/** Text for the description of a TAP test point, where `#` would start a directive. */
export const tapText = (text: string): string => printable(text).replace(/[\\#]/g, (character) => `\\${character}`);

/** Text for a cell of a Markdown table: no markup, no HTML, no end of the cell. */
export const markdownText = (text: string): string =>
  printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+!|~-]/g, (character) => `\\${character}`);

/** A path relative to the report as a URI reference: nothing in it is a scheme, a query or the end of an attribute. */
export const relativeUri = (path: string): string =>
  path
    .split('/')
    .map((part) => encodeURIComponent(printable(part)))
    .join('/');

/** JSON that keeps every value as it is and is still safe to print: JSON itself leaves C1 controls and separators raw. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    // The line ends of the layout; those in values are escaped already.
    character === '\n' ? character : jsonEscape(character),
  );

/** Each UTF-16 unit on its own, as JSON has it. */
const jsonEscape = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
