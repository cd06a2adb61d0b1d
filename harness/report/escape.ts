/**
 * What a capture, a target or a kernel says reaches terminals, XML and YAML only through these functions: a name such as
 * ESC[31m must be readable in a report and must not change how the report looks or parses.
 */

// Controls of both sets, line separators, characters that reorder what follows, invisible ones, lone surrogates and
// the two non-characters that XML forbids.
const DANGEROUS =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Surrogate}/gu;

const escapeOf = (character: string): string => {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
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

/** JSON that keeps every value as it is and is still safe to print: JSON itself leaves C1 controls and separators raw. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
