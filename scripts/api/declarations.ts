import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** One exported name, as a declaration file has it. */
export interface Declaration {
  readonly name: string;
  /** Without `export declare` and what is private. */
  readonly text: string;
  /** The comment above it, without its stars. */
  readonly comment: string;
  /** Path of the declaration file. */
  readonly file: string;
}

interface Statement {
  readonly comment: string;
  readonly text: string;
}

/** What a declaration file exports, through every file that it exports again from. */
export const exportedFrom = async (file: string): Promise<ReadonlyMap<string, Declaration>> => {
  const exported = new Map<string, Declaration>();
  for (const statement of statementsOf(await readFile(file, 'utf8'))) {
    const again = /^export (?:type )?(\*|\{[^}]*\}) from '(\.[^']+)';$/s.exec(statement.text);
    if (again !== null) {
      const [, names = '', path = ''] = again;
      const other = await exportedFrom(join(dirname(file), path.replace(/\.ts$/, '.d.ts')));
      const wanted = names === '*' ? undefined : namesIn(names);
      for (const [name, declaration] of other) {
        const as = wanted === undefined ? name : wanted.get(name);
        if (as !== undefined) exported.set(as, { ...declaration, name: as });
      }
      continue;
    }
    const name = /^export (?:declare )?(?:abstract )?(?:class|interface|type|const|function) (\w+)/.exec(
      statement.text,
    )?.[1];
    if (name === undefined) continue;
    const known = exported.get(name);
    const text = withoutPrivate(statement.text);
    // Overloads of a function stand together.
    exported.set(name, {
      name,
      file,
      comment: known?.comment ?? statement.comment,
      text: known === undefined || known.file !== file ? text : `${known.text}\n${text}`,
    });
  }
  return exported;
};

/** `a as b` as [a, b], and `a` as [a, a]. */
const namesIn = (braces: string): ReadonlyMap<string, string> =>
  new Map(
    braces
      .slice(1, -1)
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .map((name): [string, string] => {
        const [own = name, other = own] = name.split(' as ');
        return [own, other];
      }),
  );

/** The statements of a declaration file, each with the comment above it. */
const statementsOf = (text: string): readonly Statement[] => {
  const statements: Statement[] = [];
  let comment = '';
  let lines: string[] = [];
  let isComment = false;
  for (const line of text.split('\n')) {
    if (lines.length === 0 && (isComment || line.startsWith('/**'))) {
      comment = isComment ? `${comment}\n${line}` : line;
      isComment = !line.trimEnd().endsWith('*/');
      continue;
    }
    if (lines.length === 0 && line.trim() === '') continue;
    lines.push(line);
    if (!isWhole(lines)) continue;
    statements.push({ comment: withoutStars(comment), text: lines.join('\n') });
    comment = '';
    lines = [];
  }
  return statements;
};

/** A statement ends where no bracket is open; in a declaration file none stands in text. */
const isWhole = (lines: readonly string[]): boolean => {
  const code = lines.join('\n').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const count = (characters: RegExp): number => code.match(characters)?.length ?? 0;
  return count(/[{([]/g) === count(/[})\]]/g) && /[;}]\s*$/.test(code);
};

const withoutStars = (comment: string): string =>
  comment
    .replace(/^\/\*\*\s?|\s*\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();

const withoutPrivate = (text: string): string =>
  text
    .replace(/^export (?:declare )?/, '')
    .split('\n')
    .filter((line) => !/^\s+(?:#private|private\b)/.test(line))
    .join('\n');
