import { build, ethernet, ipv6, payload } from '../../../harness/packet/index.ts';
import { htmlReport } from '../../../harness/report/html/html-report.ts';
import { escapeHtml, html } from '../../../harness/report/html/markup.ts';
import type { EvidenceFrame } from '../../../harness/report/evidence-frame.ts';
import type { ReportedRun } from '../../../harness/report/html/reported-run.ts';
import { assert, suite } from '../../support/suite.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult, tunnelFrame, violation } from '../fixtures.ts';

const test = suite('report/html/html-report');

const FRAME = tunnelFrame(64);

const frame = (number: number, bytes = FRAME): EvidenceFrame => ({
  number,
  port: 'U',
  direction: 'outbound',
  timestampNs: BigInt(number),
  bytes,
});

const reported = (...parameters: Parameters<typeof runResult>): ReportedRun => ({
  result: runResult(...parameters),
  linkPrefix: '',
  evidence: new Map([['evidence/encap.df-flag.pcapng', [frame(6), frame(7), frame(8)]]]),
});

test('values of a template are escaped, markup is not', () => {
  assert.is(
    html`<b title="${'"><i>'}">${'<script>'}${html`<i>x</i>`}</b>`.text,
    '<b title="&quot;&gt;&lt;i&gt;">&lt;script&gt;<i>x</i></b>',
  );
  assert.is(html`${undefined}${false}${['a', ['<']]}${0}`.text, 'a&lt;0');
  assert.is(escapeHtml("'\u202e\u0000"), '&#39;\\u202e\\x00');
});

test('nothing that a target says is markup, in any place of a result', () => {
  const page = htmlReport([reported(everyKind(HOSTILE), { target: HOSTILE, seed: HOSTILE, profiles: [HOSTILE] })]);
  assert.is(page.match(/<script/g)?.length, 1);
  assert.not.match(page, /alert\(1\)<\/script>/);
  assert.not.match(page, /[\u202e\u2028\u009b]/);
  // Attribute values end where the page ends them: no quote of the text is one of the page's.
  assert.not.match(page, /"b" # TODO/);
});

test('an evidence name cannot become a link with a scheme', () => {
  const page = htmlReport([reported([failed({ evidence: 'javascript:alert(1)' })])]);
  assert.match(page, 'href="javascript%3Aalert(1)"');
});

test('the field at the place that a violation gives is marked, in the table and in the bytes', () => {
  const ttl = violation({ actual: 'something', place: { offset: 22, lengthBytes: 1 } });
  const page = htmlReport([reported([failed({ violations: [ttl] })])]);
  assert.match(page, /<tr class="marked">\s*<th scope="row">ttl<\/th>/);
  assert.is(page.match(/class="marked"/g)?.length, 1);
  assert.match(page, '<mark>3f</mark>');
  assert.match(page, 'Marked: what is wrong');
});

test('a violation without a place marks the field that it names', () => {
  const page = htmlReport([
    reported([failed({ violations: [violation({ actual: 'outer TTL 63', differences: [] })] })]),
  ]);
  assert.match(page, /<tr class="marked">\s*<th scope="row">ttl<\/th>/);
  assert.match(page, 'the field that the finding names');
});

test('differences count from the inner packet', () => {
  const difference = {
    layer: 'ipv6',
    field: 'hopLimit',
    offset: 7,
    expectedHex: '3f',
    actualHex: '40',
    expectedText: '63',
    actualText: '64',
  };
  const page = htmlReport([reported([failed({ violations: [violation({ differences: [difference] })] })])]);
  assert.match(page, /<tr class="marked">\s*<th scope="row">hopLimit<\/th>/);
});

test('shows clause, expected, actual, diagram and rerun of a failure', () => {
  const page = htmlReport([reported([failed()])]);
  for (const text of [
    'RFC 4213 §3.2.2',
    'With path MTU discovery',
    'DF set',
    'DF clear',
    'npm start -- run --case',
    '<svg',
  ])
    assert.match(page, text);
});

test('the packet that caused the decisive one is shown whole, wherever it stands', () => {
  const pod = (flowLabel: number): Uint8Array =>
    build(
      ethernet({ source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' }),
      ipv6({ source: 'fd00::1', destination: 'fd00::2', flowLabel }),
      payload(Uint8Array.of(1)),
    );
  const sent = (number: number, flowLabel: number): EvidenceFrame => ({
    ...frame(number, pod(flowLabel)),
    port: 'P',
    direction: 'inbound',
  });
  const frames = Array.from({ length: 12 }, (_, index) => sent(index + 1, 0x10 + index));
  const pageOf = (decisive: Uint8Array): string =>
    htmlReport([
      {
        ...reported([failed({ violations: [violation({ frameNumber: 13 })] })]),
        evidence: new Map([['evidence/encap.df-flag.pcapng', [...frames, frame(13, decisive)]]]),
      },
    ]);
  const page = pageOf(pod(0x12));
  assert.match(page, /Frame 13 came of frame 3, sent to port P: <code>\s*IPv6 fd00::1 &gt; fd00::2 hl 64/);
  assert.match(page, '3 stimulus: ');
  // Nothing is said to be a cause that has no mark.
  assert.not.match(pageOf(pod(0)), 'came of frame');
});

test('a pass that fails the run is told as such, with what is declared', () => {
  const mismatch = { kind: 'mismatch', unexpected: true, reason: 'unexpected pass; declared: known bug' } as const;
  const page = htmlReport([reported([caseResult({ expectation: mismatch })])]);
  assert.match(page, '✗ unexpected pass');
  assert.match(page, 'title="unexpected pass"');
  assert.match(page, 'unexpected pass; declared: known bug');
  assert.not.match(htmlReport([reported([caseResult()])]), 'unexpected pass');
});

test('several runs share one matrix, whose rows tell where they differ', () => {
  const good = reported([caseResult()], { target: 'good' });
  const bad = reported([failed()], { target: 'bad' });
  const page = htmlReport([good, bad]);
  assert.match(page, /<tr class="differs">/);
  assert.not.match(htmlReport([good, good]), /<tr class="differs">/);
});

test('a failure without its evidence is still told', () => {
  const page = htmlReport([{ ...reported([failed()]), evidence: new Map() }]);
  assert.match(page, '#7 U IPv4 10.0.0.1');
  assert.not.match(page, '<svg');
});

test.run();
