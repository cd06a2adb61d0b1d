import { tableLines } from '../../report/layout.ts';
import { printable } from '../../report/escape.ts';
import type { Palette } from '../../report/palette.ts';

/** What `list` prints: entries as data for `--json`, and as a table for people. */
export interface Listing {
  /** What is listed, in the plural. */
  readonly what: string;
  readonly entries: readonly ListEntry[];
}

export interface ListEntry {
  /** What a glob is compared with. */
  readonly id: string;
  /** All that is known, for `--json`. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Cells of the table by column title, in the order of the columns. */
  readonly cells: Readonly<Record<string, string>>;
}

/** The listing as a table, with the number of entries in the last line. */
export const listingText = ({ what, entries }: Listing, total: number, palette: Palette): string => {
  const [first] = entries;
  const count = entries.length === total ? String(total) : `${String(entries.length)} of ${String(total)}`;
  const lines: string[] = [];
  if (first !== undefined) {
    const header = Object.keys(first.cells);
    const rows = entries.map(({ cells }) => header.map((title) => printable(cells[title] ?? '')));
    const [titles = '', ...body] = tableLines({ header, rows });
    lines.push(palette.bold(titles), ...body, '');
  }
  const noun = total === 1 ? what.replace(/s$/, '') : what;
  return `${[...lines, `${count} ${noun}`].join('\n')}\n`;
};
