/** The structure of the project: direction of imports, size of files, words that have no place in it. */

import { importViolation } from './support/import-rules.ts';
import { importsOf, readSourceTree, type SourceFile } from './support/source-tree.ts';
import { assert, suite } from './support/suite.ts';

const MAXIMUM_LINES = 300;

/** Each pattern is written so that it does not match itself. */
const FORBIDDEN: ReadonlyArray<readonly [pattern: RegExp, why: string]> = [
  [/(?<![\w.])\/(?:work|home)\/\w/, "a path of somebody's machine"],
  [/@ts-(?:ignore|nocheck|expect-error)\b/, 'switches the type checker off'],
  // Only as a note to oneself: `# TODO` on a line of TAP is a directive.
  [/\bTO(?:)DO[:(]|\b(?:FIX(?:)ME|XX(?:)X)\b/, 'work left undone; do it, or write down what does not work'],
];

const test = suite('architecture');
let files: readonly SourceFile[] = [];

const isCode = ({ path }: SourceFile): boolean => /\.(?:ts|mts|mjs|js)$/.test(path);
const isOwnFile = (path: string): boolean =>
  /^(?:(?:run|index|command-line)\.ts$|bin\/|harness\/|suites\/|tests\/|scripts\/|targets\/)/.test(path);

test.before(async () => {
  files = await readSourceTree();
});

test('the tree is seen whole', () => {
  const paths = files.map(({ path }) => path);
  for (const path of ['run.ts', 'package.json', 'harness/errors.ts', 'tests/run.ts'])
    assert.ok(paths.includes(path), path);
  assert.not.ok(paths.some((path) => path.includes('node_modules')));
});

test('imports point one way', () => {
  const violations = files
    .filter(isCode)
    .flatMap((file) => importsOf(file).map((imported) => [file.path, imported] as const))
    .filter(([, imported]) => isOwnFile(imported))
    .map(([from, to]) => importViolation(from, to))
    .filter((violation) => violation !== undefined);
  assert.equal(violations, []);
});

test('only the adapter of the tests imports uvu', () => {
  const offenders = files
    .filter((file) => isCode(file) && importsOf(file).some((imported) => /^uvu(?:\/|$)/.test(imported)))
    .map(({ path }) => path)
    .filter((path) => !path.startsWith('tests/support/') && path !== 'tests/fixtures/uvu/bare-uvu.ts');
  assert.equal(offenders, []);
});

test(`no source file has more than ${MAXIMUM_LINES} lines`, () => {
  const offenders = files
    .filter(isCode)
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > MAXIMUM_LINES);
  assert.equal(offenders, []);
});

test('no file has words that do not belong into it', () => {
  const offenders = files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        FORBIDDEN.filter(([pattern]) => pattern.test(line)).map(
          ([, why]) => `${path}:${index + 1}: ${why}: ${line.trim()}`,
        ),
      ),
  );
  assert.equal(offenders, []);
});

test('the rules find what they forbid', () => {
  const forbidden = [
    ['suites/decap.ts', 'harness/wire/memory.ts'],
    ['suites/decap.ts', 'harness/node/node.ts'],
    ['suites/decap.ts', 'harness/reference/node.ts'],
    ['harness/rules/outer.ts', 'harness/reference/node.ts'],
    ['harness/rules/outer.ts', 'harness/runner/verdict.ts'],
    ['harness/runner/run.ts', 'harness/reference/node.ts'],
    ['harness/runner/run.ts', 'suites/decap.ts'],
    ['harness/packet/ipv4.ts', 'harness/wire/wire.ts'],
    ['harness/address/prefix.ts', 'harness/packet/ipv4.ts'],
    ['harness/wire/memory.ts', 'harness/node/node.ts'],
    ['harness/reference/encapsulate.ts', 'harness/address/mapping/six-rd.ts'],
    ['harness/errors.ts', 'harness/packet/ipv4.ts'],
    ['harness/cli/run.ts', 'tests/support/suite.ts'],
    ['harness/unheard-of/file.ts', 'harness/packet/ipv4.ts'],
  ] as const;
  for (const [from, to] of forbidden) assert.ok(importViolation(from, to) !== undefined, `${from} -> ${to}`);
});

test('the rules allow what the design draws', () => {
  const allowed = [
    ['command-line.ts', 'harness/cli/program.ts'],
    ['run.ts', 'suites/index.ts'],
    ['suites/decap.ts', 'suites/catalogue/decap.ts'],
    ['suites/decap.ts', 'harness/runner/case.ts'],
    ['harness/runner/run.ts', 'harness/node/node.ts'],
    ['harness/node/memory.ts', 'harness/reference/node.ts'],
    ['harness/rules/outer.ts', 'harness/packet/ipv4.ts'],
    ['harness/packet/ipv4.ts', 'harness/address/ipv4-address.ts'],
    ['harness/packet/ipv4.ts', 'harness/errors.ts'],
    ['harness/cli/doctor.ts', 'scripts/requirements.mjs'],
    ['tests/reference/node.test.ts', 'harness/reference/node.ts'],
  ] as const;
  for (const [from, to] of allowed) assert.is(importViolation(from, to), undefined);
});

test('imports are found in every form they are written in', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type { B } from '../packet/b.ts';",
    "import './side-effect.ts';",
    "export * from './re-exported.ts';",
    'import {',
    '  c,',
    "} from './several-lines.ts';",
    "const d = await import('./dynamic.ts');",
    "import pc from 'picocolors';",
    "// taken from './a-comment.ts'",
  ].join('\n');
  assert.equal(importsOf({ path: 'harness/wire/x.ts', text }), [
    'harness/wire/a.ts',
    'harness/packet/b.ts',
    'harness/wire/side-effect.ts',
    'harness/wire/re-exported.ts',
    'harness/wire/several-lines.ts',
    'harness/wire/dynamic.ts',
    'picocolors',
  ]);
});

test.run();
