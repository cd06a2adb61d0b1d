/** The commands that the pages show, as a reader would type them. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface DocumentedCommand {
  /** Page and line, as in `docs/ci.md:12`. */
  readonly place: string;
  /** Without comment and prompt. */
  readonly text: string;
}

/** Blocks marked `sh` are there to be typed, line by line; anything else is output or an example of a file. */
const SHELL_BLOCK = /^```sh\n([\s\S]*?)^```$/gm;

export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** In the order of the page; a backslash at the end of a line joins it with the next. */
export const commandsOf = (page: string, text = readFileSync(join(ROOT, page), 'utf8')): readonly DocumentedCommand[] =>
  [...text.matchAll(SHELL_BLOCK)].flatMap(({ 1: block = '', index }) => {
    const firstLine = text.slice(0, index).split('\n').length + 1;
    return block
      .split('\n')
      .map((line, offset) => ({ place: `${page}:${String(firstLine + offset)}`, text: withoutComment(line) }))
      .filter((command) => command.text !== '');
  });

/** A comment begins at a `#` behind a space, outside quotes. */
const withoutComment = (line: string): string => {
  let quote = '';
  for (const [index, character] of line.split('').entries()) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === '#' && (index === 0 || line[index - 1] === ' ')) return line.slice(0, index).trim();
  }
  return line.trim();
};
