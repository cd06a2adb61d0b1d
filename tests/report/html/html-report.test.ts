import { build, ethernet, ipv4, ipv6, payload, udp } from '../../../harness/packet/index.ts';
import { htmlReport } from '../../../harness/report/html/html-report.ts';
import { escapeHtml, html } from '../../../harness/report/html/markup.ts';
import type { EvidenceFrame } from '../../../harness/report/evidence-frame.ts';
import type { ReportedRun } from '../../../harness/report/html/reported-run.ts';
import { assert, suite } from '../../support/suite.ts';
import { caseResult, everyKind, failed, HOSTILE, runResult, violation } from '../fixtures.ts';

const test = suite('report/html/html-report');

const FRAME = build(
  ethernet({ source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' }),
  ipv4({ source: '10.0.0.1', destination: '10.0.0.2', ttl: 63 }),
  ipv6({ source: 'fd00::1', destination: 'fd00::2', hopLimit: 64 }),
  udp({ sourcePort: 41000, destinationPort: 41001 }),
  payload(Uint8Array.of(1, 2, 3)),
);

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
  assert.match(page, 'marked: what is wrong');
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
