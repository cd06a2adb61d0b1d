/** Pages that are generated are current, links lead somewhere, and numbers of pages are those of the catalogue. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { apiPages } from '../../scripts/api/pages.ts';
import { firstStale, readPages } from '../../scripts/pages.ts';
import { requirementPages } from '../../scripts/requirement-pages.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { assert, suite } from '../support/suite.ts';
import { PAGES, ROOT } from './documented-commands.ts';

const test = suite('docs/pages', { timeoutMs: 120_000 });

const GENERATED = ['requirements', 'api'] as const;

test('the pages of the requirements are those of the catalogue', async () => {
  const stale = firstStale(await readPages('requirements'), await requirementPages());
  assert.ok(stale === undefined, `docs/${stale ?? ''} is out of date; run: npm run docs:requirements`);
});

test('the pages of the library are those of its declarations', async () => {
  const stale = firstStale(await readPages('api'), await apiPages());
  assert.ok(stale === undefined, `docs/${stale ?? ''} is out of date; run: npm run docs:api`);
});

test('every requirement has a place to which a link can lead', () => {
  const text = readdirSync(join(ROOT, 'docs', 'requirements'))
    .map((name) => readFileSync(join(ROOT, 'docs', 'requirements', name), 'utf8'))
    .join('');
  const missing = requirements.filter(({ id }) => !text.includes(`<a id="${id}"></a>`)).map(({ id }) => id);
  assert.equal(missing, []);
});

test('every link to a file of the project leads to one', () => {
  const generated = GENERATED.flatMap((folder) =>
    readdirSync(join(ROOT, 'docs', folder)).map((name) => `docs/${folder}/${name}`),
  );
  const broken = [...PAGES, 'CHANGELOG.md', 'SECURITY.md', ...generated].flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
      .map(([, path = '']) => normalize(join(dirname(page), path)))
      .filter((path) => !existsSync(join(ROOT, path)))
      .map((path) => `${page}: ${path}`),
  );
  assert.equal(broken, []);
});

test('the README counts the requirements as the catalogue does', () => {
  assert.match(readFileSync(join(ROOT, 'README.md'), 'utf8'), `${String(requirements.length)} requirements`);
});

test.run();
