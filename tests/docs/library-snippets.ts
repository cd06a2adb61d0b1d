import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './documented-commands.ts';

export interface Snippet {
  /** Page and line, as in `docs/library.md:12`. */
  readonly place: string;
  readonly code: string;
  /** What the page says that it prints; undefined where the page says nothing. */
  readonly output: string | undefined;
}

/** A program, and the output where one follows. */
const PROGRAM = /^```ts\n([\s\S]*?)^```$(?:\n\n^```text\n([\s\S]*?)^```$)?/gm;

/** The whole programs that a page shows: those that import the package. */
export const snippetsOf = (page: string, text = readFileSync(join(ROOT, page), 'utf8')): readonly Snippet[] =>
  [...text.matchAll(PROGRAM)]
    .map(({ 1: code = '', 2: output, index }) => ({
      place: `${page}:${String(text.slice(0, index).split('\n').length)}`,
      code,
      output,
    }))
    .filter(({ code }) => code.includes("from 'proto41'"));
