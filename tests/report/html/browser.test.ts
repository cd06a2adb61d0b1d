/** The page in a real browser: the filters, the links, hostile text, and how long many verdicts take. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { benchPage } from '../../../harness/report/html/bench-page.ts';
import { faultPage } from '../../../harness/report/html/fault-page.ts';
import { htmlReport } from '../../../harness/report/html/html-report.ts';
import { interopPage } from '../../../harness/report/html/interop-page.ts';
import type { RunResult } from '../../../harness/runner/result.ts';
import { launchBrowser, noBrowser, type Browser, type Page } from '../../support/browser.ts';
import { assert, suite } from '../../support/suite.ts';
import { benchResult } from '../bench/samples.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult } from '../fixtures.ts';
import { interop, score } from './samples.ts';

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
  /** Time of the processor that the page took until it stood there; by the clock it also depends on what else the machine does. */
  readonly busyMs: number;
}

const open = (result: RunResult, hash = ''): Promise<Opened> =>
  openPage(htmlReport([{ result, linkPrefix: '', evidence: new Map() }]), hash);

async function openPage(content: string, hash = ''): Promise<Opened> {
  if (browser === undefined) throw new Error('expected a browser');
  const file = join(folder, 'report.html');
  await writeFile(file, content);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const tools = await page.context().newCDPSession(page);
  await tools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  const { metrics } = await tools.send('Performance.getMetrics');
  const busySeconds = metrics.find(({ name }) => name === 'ThreadTime')?.value;
  if (busySeconds === undefined) throw new Error('expected the metric ThreadTime');
  return { page, complaints, busyMs: busySeconds * 1000 };
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

test.skipIf(
  noBrowser,
  'the pages of the other commands open without a complaint, and their links and filters work',
  async () => {
    const faults = await openPage(faultPage(score()));
    assert.is(await shownCases(faults.page), 2);
    await faults.page.selectOption('select[name=verdict]', 'survived');
    assert.is(await shownCases(faults.page), 1);
    const pairs = await openPage(interopPage(interop(), 1));
    await pairs.page.focus('.matrix td a');
    await pairs.page.keyboard.press('Enter');
    await pairs.page.locator('details.case[open]').waitFor();
    const bench = await openPage(benchPage(benchResult()));
    assert.is(await bench.page.locator('svg.plot[role=img]').count(), 6);
    await bench.page.click('#figure-0 details > summary');
    assert.ok(await bench.page.locator('#figure-0 table').isVisible());
    for (const { page, complaints } of [faults, pairs, bench]) {
      assert.equal(complaints, []);
      await page.close();
    }
  },
);

test.skipIf(noBrowser, '10,000 verdicts open within 2 s of the processor', async () => {
  const cases = Array.from({ length: 10_000 }, (_, index) =>
    index % 10 === 0
      ? failed({ id: `encap.df-flag/${String(index)}` })
      : caseResult({ id: `encap.df-flag/${String(index)}` }),
  );
  const { page, busyMs } = await open(runResult(cases));
  assert.is(await page.textContent('#shown'), '10000 of 10000');
  assert.ok(busyMs < 2000, `took ${busyMs.toFixed(0)} ms`);
  await page.close();
});

test.run();
