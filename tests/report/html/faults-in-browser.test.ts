/** What a person sees of a defect: for each of many faults the page, in a real browser, marks the wrong field and says why. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startMemoryNode } from '../../../harness/node/memory/index.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import { htmlReport } from '../../../harness/report/html/html-report.ts';
import { reportedRun } from '../../../harness/report/html/load-run.ts';
import type { ReportedRun } from '../../../harness/report/html/reported-run.ts';
import { createRegistry } from '../../../harness/runner/registry.ts';
import { runSuite } from '../../../harness/runner/run-suite.ts';
import { createTestbed } from '../../../harness/tester/testbed.ts';
import { requirements } from '../../../suites/catalogue/index.ts';
import { areas } from '../../../suites/index.ts';
import { launchBrowser, noBrowser, type Browser, type Page } from '../../support/browser.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('report/html/faults-in-browser', { timeoutMs: 60_000 });
const registry = createRegistry(requirements, areas);

/** The fault, the requirement it breaks, the header and the field that have to be marked, and words of the clause. */
const FAULTS = [
  ['ttl-copy-minus1', 'hop-limit.outer-ttl-value', 'ipv4', 'ttl', 'non-zero value chosen by the node'],
  ['hl-no-dec', 'hop-limit.encap-decrement', 'ipv6', 'hopLimit', 'hop limit'],
  ['csum-zero', 'encap.header-checksum', 'ipv4', 'headerChecksum', 'checksum'],
  ['decap-dec2', 'hop-limit.decap-decrement', 'ipv6', 'hopLimit', 'op limit'],
  ['evil-bit', 'encap.flags-and-offset', 'ipv4', 'reservedFlag', 'flag'],
  ['ecn-outer-copied-to-notect', 'dscp-ecn.egress-not-ect-kept', 'ipv6', 'trafficClass', 'ECN'],
  ['enc-ihl6-padding', 'encap.ihl-5', 'ipv4', 'ihl', 'IHL'],
  ['len-forgets-v6hdr', 'encap.total-length', 'ipv4', 'totalLength', 'Total Length'],
  ['src-secondary', 'encap.source-address', 'ipv4', 'source', 'source'],
  ['id-constant', 'encap.identification', 'ipv4', 'identification', 'dentification'],
  ['flowlabel-zeroed', 'ipv6.flow-label-preserved', 'ipv6', 'flowLabel', 'low label'],
  ['ecn-bleach', 'dscp-ecn.ingress-table', 'ipv4', 'tos', 'ECN'],
  ['tclass-zeroed', 'encap.inner-unchanged', 'ipv6', 'trafficClass', 'unchanged'],
  ['payloadlen-rewritten', 'encap.inner-unchanged', 'ipv6', 'payloadLength', 'unchanged'],
] as const;

let folder = '';
let browser: Browser | undefined;
let page: Page | undefined;

/** The cases of one requirement against the reference with one fault. */
const runWith = async (fault: string, requirement: string): Promise<ReportedRun> => {
  const into = join(folder, fault);
  const result = await runSuite({
    registry,
    target: `reference:${fault}`,
    probeNonsense: false,
    profiles: [parseProfile('overlay')],
    filter: { caseGlobs: [requirement] },
    seed: '41',
    startSession: () => startMemoryNode({ faults: [fault] }),
    createTestbed,
    outFolder: into,
    toolVersion: 'test',
  });
  return reportedRun(result, into, `${fault}/`);
};

if (noBrowser === undefined) {
  test.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proto41-faults-'));
    const runs: ReportedRun[] = [];
    for (const [fault, requirement] of FAULTS) runs.push(await runWith(fault, requirement));
    const file = join(folder, 'report.html');
    await writeFile(file, htmlReport(runs));
    browser = await launchBrowser();
    page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
  });
  test.after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });
}

for (const [fault, requirement, header, field, words] of FAULTS) {
  test.skipIf(noBrowser, `${fault}: the page marks ${header}.${field}`, async () => {
    if (page === undefined) throw new Error('expected a page');
    const failure = `details.case[data-run^="reference:${fault} "][data-unexpected="yes"]:has(summary strong:text("${requirement}"))`;
    await page.click(`${failure} > summary`);
    const marked = page.locator(`${failure} .packet table:has(caption:text-is("${header}")) tr.marked th`, {
      hasText: field,
    });
    assert.ok((await marked.count()) > 0, `${header}.${field} is not marked`);
    assert.ok((await page.locator(`${failure} pre.hex mark`).count()) > 0, 'no byte is marked');
    assert.match((await page.textContent(`${failure} .violation`)) ?? '', words);
  });
}

test.run();
