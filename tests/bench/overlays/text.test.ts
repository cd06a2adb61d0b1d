import type { OverlayRow } from '../../../harness/bench/overlays/result.ts';
import { overlaysMarkdown, overlaysText } from '../../../harness/bench/overlays/text.ts';
import { assert, suite } from '../../support/suite.ts';
import { comparison, resultOf, vxlanRow } from './support.ts';

const test = suite('bench/overlays/text');

const bare: OverlayRow = {
  id: 'gre',
  title: 'GRE',
  driver: 'ip_gre',
  throughput: [],
  latency: [],
  events: [],
  notMeasured: [{ what: 'the rest', why: 'the machine ended' }],
  seconds: 1,
};

test('shows what packets pay and what nodes have to know, with the interval of each ratio', () => {
  const text = overlaysText(resultOf([vxlanRow]));
  assert.match(text, /VXLAN +50 +1450 +0\.66 \(0\.66 to 0\.66\) +1\.21 \(1\.21 to 1\.21\) +1\.15/);
  assert.match(
    text,
    /VXLAN +14 +devices 2, neighbours 6, forwarding 6 +0 +2 +2 \(7 reported\) +351 ms +not possible +-/,
  );
  assert.match(text, "packets for each second of the machine's processor");
  assert.ok(text.endsWith('1 of 1 overlays measured whole in 1 min 01 s\n'), text);
});

test('names what is missing, and what was lost', () => {
  const text = overlaysText(resultOf([vxlanRow, bare], { interrupted: true, overlays: ['vxlan', 'gre', 'fou'] }));
  assert.match(text, 'GRE: not measured: the rest: the machine ended');
  assert.match(text, 'VXLAN: 3 of 1000 packets lost in trials of throughput');
  assert.match(text, 'VXLAN: a packet of a pod that is a byte larger than the MTU: fragments');
  assert.match(text, 'interrupted; 1 of 3 overlays measured whole');
  assert.not.match(text, /undefined|NaN/);
});

test('says when a rate is by the clock only', () => {
  const row = { ...vxlanRow, throughput: [{ clock: comparison(0.5), sent: 1, lost: 0 }] };
  const text = overlaysText(resultOf([row]));
  assert.match(text, /1450 +0\.50/);
  assert.match(text, 'by the clock');
});

test('a pod that should have been reached and was not is told', () => {
  assert.match(overlaysText(resultOf([{ ...vxlanRow, unknownPodReached: false }])), 'did NOT reach');
  assert.match(
    overlaysText(resultOf([{ ...vxlanRow, unknownPodReached: true }])),
    'no other node had been told: VXLAN',
  );
});

test('as Markdown each row has as many cells as the header', () => {
  const tables = overlaysMarkdown(resultOf([vxlanRow, bare]))
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const cells = tables.map((line) => line.split('|').length);
  assert.is(tables.length, 8);
  assert.is(new Set(cells.slice(0, 4)).size, 1);
  assert.is(new Set(cells.slice(4)).size, 1);
});

test.run();
