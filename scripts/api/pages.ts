import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { exportedFrom, type Declaration } from './declarations.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The pages, in the order in which they are listed, by the folder that declares what is on them. */
const PARTS = [
  ['packet', 'Packets', 'Building, decoding, describing and comparing packets, header by header.'],
  ['address', 'Addresses', 'IPv4 and IPv6 addresses and prefixes, and the maps that embed one in the other.'],
  ['capture', 'Captures', 'Reading and writing pcap and pcapng.'],
  ['profile', 'Profiles', 'The configuration of an overlay, and its text form.'],
  ['rules', 'Rules', 'Judging frames one by one.'],
  ['check', 'Checks', 'What the rules are told of a capture.'],
  ['runner', 'Runs', 'Results of runs, their schema and their exit code.'],
  ['report', 'Reports', 'Rendering results.'],
  ['other', 'The rest', 'The command line as a function, and errors.'],
] as const;

const HINT = '<!-- Made by npm run docs:api from the declarations of index.ts; changes made here are lost. -->';

/** Every page of the library's documentation by its path below docs/: a list of all names, and one page for each part. */
export const apiPages = async (): Promise<ReadonlyMap<string, string>> => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-api-'));
  try {
    await emitDeclarations(folder);
    const exported = [...(await exportedFrom(join(folder, 'index.d.ts'))).values()];
    const pages = new Map<string, string>();
    const rows: string[] = [];
    for (const [part, title, about] of PARTS) {
      const own = exported.filter(({ file }) => partOf(relative(folder, file)) === part).toSorted(byName);
      pages.set(`api/${part}.md`, partPage(title, about, own));
      const names = own
        .map(({ name }, index) => `[\`${name}\`](api/${part}.md#${anchorOf(name, own[index - 1])})`)
        .join(', ');
      rows.push(`## [${title}](api/${part}.md)`, about, names);
    }
    pages.set('api.md', indexPage(rows));
    return await formatted(pages);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const emitDeclarations = async (folder: string): Promise<void> => {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const parameters = [tsc, '-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', folder];
  await promisify(execFile)(process.execPath, parameters, { cwd: ROOT });
};

const partOf = (path: string): string => {
  const [, part = ''] = /^harness\/(\w+)\//.exec(path) ?? [];
  return PARTS.some(([name]) => name === part) ? part : 'other';
};

/** In the order of the alphabet, whatever the case, and the same everywhere. */
const byName = (a: Declaration, b: Declaration): number => {
  const [left, right] = [a.name.toLowerCase(), b.name.toLowerCase()];
  return left === right ? (a.name < b.name ? -1 : 1) : left < right ? -1 : 1;
};

/** As GitHub makes them of headings: of two that differ only in their case, the second gets a number. */
const anchorOf = (name: string, previous: Declaration | undefined): string => {
  const anchor = name.toLowerCase();
  return previous?.name.toLowerCase() === anchor ? `${anchor}-1` : anchor;
};

const indexPage = (rows: readonly string[]): string =>
  [
    '# What the library exports',
    HINT,
    'Everything that `import { ... } from "proto41"` can name. [library.md](library.md) shows how it is put to work.',
    ...rows,
    '',
  ].join('\n\n');

const partPage = (title: string, about: string, declarations: readonly Declaration[]): string =>
  [
    `# ${title}`,
    HINT,
    `${about} [All names](../api.md)`,
    ...declarations.map(({ name, comment, text }) =>
      [`## ${name}`, ...(comment === '' ? [] : [commentText(comment)]), `\`\`\`ts\n${text}\n\`\`\``].join('\n\n'),
    ),
    '',
  ].join('\n\n');

/** Tags of comments as text. */
const commentText = (comment: string): string =>
  comment
    .replace(/\{@link\s+(\w+)\}/g, '`$1`')
    .replace(/^@throws\s+/gm, '**Throws** ')
    .replace(/^@param\s+(\w+)\s+/gm, '- `$1`: ')
    .replace(/^@returns\s+/gm, '**Returns** ')
    .replace(/^@see\s+/gm, 'See ');

const formatted = async (pages: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> => {
  const config = await resolveConfig(join(ROOT, 'docs', 'api.md'));
  return new Map(
    await Promise.all(
      [...pages].map(async ([path, text]): Promise<[string, string]> => [
        path,
        await format(text, { ...config, parser: 'markdown' }),
      ]),
    ),
  );
};
