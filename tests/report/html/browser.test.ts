/** The page in a real browser: the filters, the links, hostile text, and how long many verdicts take. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { htmlReport } from '../../../harness/report/html/html-report.ts';
import type { RunResult } from '../../../harness/runner/result.ts';
import { launchBrowser, noBrowser, type Browser, type Page } from '../../support/browser.ts';
import { assert, suite } from '../../support/suite.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult } from '../fixtures.ts';

const test = suite('report/html/browser');
let folder = '';
let browser: Browser | undefined;

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-browser-'));
  if (noBrowser === undefined) browser = await launchBrowser();
});

test.after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

interface Opened {
  readonly page: Page;
  /** What the page complained of: errors of its script, blocked resources, dialogs. */
  readonly complaints: string[];
  readonly openedMs: number;
}

async function open(result: RunResult, hash = ''): Promise<Opened> {
  if (browser === undefined) throw new Error('expected a browser');
  const file = join(folder, 'report.html');
  await writeFile(file, htmlReport([{ result, linkPrefix: '', evidence: new Map() }]));
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const startMs = performance.now();
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  return { page, complaints, openedMs: performance.now() - startMs };
}

const shownCases = (page: Page): Promise<number> => page.locator('details.case:visible').count();

test.skipIf(noBrowser, 'filters by verdict, area, level and text, and shows all again', async () => {
  const other = caseResult({ id: 'decap.source', requirement: 'decap.source' });
  const { page, complaints } = await open(runResult([caseResult(), failed(), other]));
  assert.is(await shownCases(page), 3);
  await page.selectOption('select[name=verdict]', 'fail');
  assert.is(await shownCases(page), 1);
  await page.click('button[type=reset]');
  await page.locator('#shown', { hasText: '3 of 3' }).waitFor();
  await page.selectOption('select[name=area]', 'decap');
  assert.is(await shownCases(page), 1);
  await page.click('button[type=reset]');
  await page.selectOption('select[name=level]', 'SHOULD');
  assert.is(await shownCases(page), 1);
  await page.click('button[type=reset]');
  await page.fill('input[name=text]', 'df CLEAR');
  assert.is(await page.textContent('#shown'), '1 of 3');
  assert.equal(complaints, []);
  await page.close();
});

test.skipIf(noBrowser, 'a sign of the matrix opens its verdict, by keyboard too', async () => {
  const { page } = await open(runResult([failed()]));
  await page.focus('.matrix td a');
  await page.keyboard.press('Enter');
  await page.locator('details.case[open]').waitFor();
  assert.ok(await page.locator('text=With path MTU discovery').isVisible());
  await page.close();
});

test.skipIf(noBrowser, 'hostile text is text', async () => {
  const result = runResult(everyKind(HOSTILE), {
    target: `${HOSTILE}<img src=x onerror=alert(2)>`,
    profiles: [HOSTILE],
  });
  const { page, complaints } = await open(result);
  for (const summary of await page.locator('details.case > summary').all()) await summary.click();
  assert.equal(complaints, []);
  assert.is(await page.locator('img').count(), 0);
  assert.is(await page.locator('script').count(), 1);
  await page.close();
});

test.skipIf(noBrowser, 'the summary and every verdict can be read without scripts', async () => {
  if (browser === undefined) throw new Error('expected a browser');
  const file = join(folder, 'plain.html');
  await writeFile(file, htmlReport([{ result: runResult([failed()]), linkPrefix: '', evidence: new Map() }]));
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pathToFileURL(file).href);
  assert.ok(await page.locator('p.headline').isVisible());
  assert.not.ok(await page.locator('form.filters').isVisible());
  await page.click('details.case > summary');
  assert.ok(await page.locator('text=With path MTU discovery').isVisible());
  await context.close();
});

test.skipIf(noBrowser, '10,000 verdicts open within 2 s', async () => {
  const cases = Array.from({ length: 10_000 }, (_, index) =>
    index % 10 === 0
      ? failed({ id: `encap.df-flag/${String(index)}` })
      : caseResult({ id: `encap.df-flag/${String(index)}` }),
  );
  const { page, openedMs } = await open(runResult(cases));
  assert.is(await page.textContent('#shown'), '10000 of 10000');
  assert.ok(openedMs < 2000, `took ${openedMs.toFixed(0)} ms`);
  await page.close();
});

test.run();
