/** The programs of docs/library.md have the types that they seem to have, run, and print what the page says. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { assert, suite } from '../support/suite.ts';
import { ROOT } from './documented-commands.ts';
import { snippetsOf } from './library-snippets.ts';

const test = suite('docs/library', { timeoutMs: 120_000 });
const PAGE = 'docs/library.md';
const snippets = snippetsOf(PAGE);
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-library-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await Promise.all(snippets.map(({ code }, index) => writeFile(join(folder, `${String(index)}.ts`), code)));
});
test.after(() => rm(folder, { recursive: true }));

test('the programs are found', () => {
  assert.ok(snippets.length >= 5);
  assert.equal(snippetsOf('x.md', "```ts\nimport 'x';\n```\n\n```ts\nfrom 'proto41'\n```\n\n```text\n1\n```\n"), [
    { place: 'x.md:5', code: "from 'proto41'\n", output: '1\n' },
  ]);
});

test('they have the types that they seem to have', async () => {
  const tsconfig = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      paths: { proto41: [join(ROOT, 'index.ts')] },
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    },
    include: ['*.ts'],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = await execa(process.execPath, [tsc, '--noEmit', '-p', folder], { reject: false });
  assert.is(stdout, '');
});

test('they run, and print what the page says', async () => {
  const library = pathToFileURL(join(ROOT, 'index.ts')).href;
  const tsx = import.meta.resolve('tsx');
  for (const [index, { place, code, output }] of snippets.entries()) {
    await writeFile(join(folder, `${String(index)}.ts`), code.replace("'proto41'", `'${library}'`));
    const run = await execa(process.execPath, ['--import', tsx, `${String(index)}.ts`], { cwd: folder, reject: false });
    assert.is(run.exitCode, 0, `${place}: ${run.stderr.slice(-600)}`);
    assert.ok(run.stdout !== '', `${place} prints nothing`);
    if (output !== undefined) assert.is(`${run.stdout}\n`, output, place);
  }
});

test.run();
