import { Ipv4Address } from '../../harness/address/index.ts';
import { SideError } from '../../harness/check/sides.ts';
import { assert, suite } from '../support/suite.ts';
import { frame, ipv6, tunnelled, N2, POD, REMOTE_POD, type InnerOptions } from '../rules/handmade.ts';
import { captureOf, checkBytes, type CapturedBytes } from './support.ts';

const test = suite('check/sides');

const REPLY = { source: REMOTE_POD, destination: POD };
const FROM_N2 = { source: N2, destination: '10.0.0.1' };
const bytes = (inner: InnerOptions): Uint8Array => frame(ipv6(inner));

/** What stands inside and outside of a node that forwards one packet each way; `change` is what it does to them. */
function exchange(count: number, change: InnerOptions = {}): { inside: CapturedBytes[]; outside: CapturedBytes[] } {
  const inside: CapturedBytes[] = [];
  const outside: CapturedBytes[] = [];
  for (let index = 0; index < count; index++) {
    const payload = Uint8Array.of(1, 2, 3, 4, 0, 12, 0, 0, 9, 9, 9, index);
    const timeMs = index * 10;
    inside.push({ bytes: bytes({ payload, hopLimit: 64 }), timeMs });
    outside.push({ bytes: tunnelled({ payload, hopLimit: 63, ...change }), timeMs: timeMs + 1 });
    outside.push({ bytes: tunnelled({ ...REPLY, payload, hopLimit: 64 }, FROM_N2), timeMs: timeMs + 5 });
    inside.push({ bytes: bytes({ ...REPLY, payload, hopLimit: 63, ...change }), timeMs: timeMs + 6 });
  }
  return { inside, outside };
}

const judged = (requirements: ReadonlyMap<string, { readonly judged: number }>, id: string): number =>
  requirements.get(id)?.judged ?? -1;

test('two captures of the two sides are recognised and judged together', async () => {
  const { inside, outside } = exchange(10);
  const { findings, outcomes, outcome, evidence } = await checkBytes([captureOf(outside), captureOf(inside)]);
  assert.is(outcomes.length, 1);
  assert.equal(findings, []);
  assert.match(evidence, /guessed: inside is b, where the packets are that a has in the tunnel/);
  assert.match(evidence, /the node is 10\.0\.0\.1 \(guessed/);
  const { requirements } = outcome.result.summary;
  for (const id of ['encap.inner-unchanged', 'decap.inner-unchanged', 'hop-limit.encap-decrement', 'ipv6.flow-order'])
    assert.ok(judged(requirements, id) >= 10, `${id}: ${judged(requirements, id)}`);
});

test('what the node changes between them is found', async () => {
  const { inside, outside } = exchange(3, { flowLabel: 0x54321 });
  const { findings } = await checkBytes([captureOf(inside), captureOf(outside)]);
  assert.is(findings.filter((text) => text.endsWith('ipv6.flow-label-preserved')).length, 6);
});

test('a packet whose address the node rewrote is recognised in two captures of strangers, and said to be unpaired where it is not', async () => {
  const { inside, outside } = exchange(4);
  const payload = Uint8Array.of(7, 7, 7, 7, 0, 12, 0, 0, 1, 2, 3, 4);
  const rewritten = { payload, source: 'fd5a:1234:5600:1::99' };
  inside.push({ bytes: bytes({ payload, hopLimit: 64 }), timeMs: 90 });
  outside.push({ bytes: tunnelled({ ...rewritten, hopLimit: 63 }), timeMs: 91 });
  const known = await checkBytes([captureOf(inside), captureOf(outside)]);
  assert.equal(known.findings, ['9 encap.inner-unchanged', '9 kubernetes.no-nat']);
  outside.push({ bytes: tunnelled({ payload: Uint8Array.of(8, 8, 8, 8, 0, 12, 0, 0, 5, 6, 7, 8) }), timeMs: 95 });
  const more = await checkBytes([captureOf(inside), captureOf(outside)]);
  assert.equal(more.findings, known.findings);
  assert.match(JSON.stringify(more.notJudged), /not seen to go in[^"]*":1/);
});

test('two interfaces of one capture are two sides', async () => {
  const { inside, outside } = exchange(5, { hopLimit: 62 });
  const frames = [
    ...inside.map((each) => ({ ...each, interfaceIndex: 1 })),
    ...outside.map((each) => ({ ...each, interfaceIndex: 0 })),
  ].toSorted((left, right) => (left.timeMs ?? 0) - (right.timeMs ?? 0));
  const { findings, evidence } = await checkBytes([captureOf(frames, { interfaces: ['eth0', 'cni0'] })], {
    profile: 'overlay',
    node: Ipv4Address.parse('10.0.0.1'),
  });
  assert.match(evidence, /inside is interface cni0 of a/);
  assert.is(findings.filter((text) => text.endsWith('hop-limit.encap-decrement')).length, 5);
  assert.is(findings.filter((text) => text.endsWith('hop-limit.decap-decrement')).length, 5);
});

test('sides can be named by file, by interface name and by number', async () => {
  const { inside, outside } = exchange(4);
  const files = [captureOf(inside), captureOf(outside)];
  const byFile = await checkBytes(files, { inside: 'a', outside: 'b', profile: 'overlay' });
  assert.match(byFile.evidence, /inside and outside as named\nthe node is 10\.0\.0\.1/);
  const frames = [...inside, ...outside.map((each) => ({ ...each, interfaceIndex: 1 }))];
  const capture = captureOf(frames, { interfaces: ['in', 'out'] });
  for (const outsideName of ['out', '1']) {
    const { evidence } = await checkBytes([capture], { outside: outsideName, profile: 'overlay' });
    assert.match(evidence, /as named/);
  }
});

test('a side that nobody captured is wrong usage', async () => {
  const { inside, outside } = exchange(1);
  await assert.rejects(
    checkBytes([captureOf(inside), captureOf(outside)], { inside: 'nosuch' }),
    (error: unknown) => error instanceof SideError && error.exitCode === 2 && /found a, b/.test(error.message),
  );
});

test('a configured tunnel has its node found by the hop that is lost', async () => {
  const inner = { source: '2001:db8:1::1', destination: '2001:db8:2::1' };
  const outer = { source: '192.0.2.1', destination: '198.51.100.7' };
  const inside = [{ bytes: bytes({ ...inner, hopLimit: 64 }), timeMs: 0 }];
  const outside = [{ bytes: tunnelled({ ...inner, hopLimit: 63, flowLabel: 1 }, outer), timeMs: 1 }];
  const { findings, evidence } = await checkBytes([captureOf(inside), captureOf(outside)]);
  assert.match(evidence, /the node is 192\.0\.2\.1/);
  assert.match(evidence, /its pods are in 2001:db8:1::\/64/);
  assert.equal(findings, ['1 ipv6.flow-label-preserved']);
});

test('captures that have nothing to do with each other are judged one by one', async () => {
  const { outside } = exchange(3);
  const bad = tunnelled({}, { checksum: 7 });
  const { outcomes, findings } = await checkBytes([captureOf(outside), captureOf([bad, ...outside])]);
  assert.is(outcomes.length, 2);
  assert.equal(findings, ['1 encap.header-checksum']);
});

test('with a node named, only what it sent is held against it', async () => {
  const capture = captureOf([tunnelled({}, { checksum: 7 }), tunnelled(REPLY, { ...FROM_N2, checksum: 7 })]);
  const both = await checkBytes([capture], { profile: 'overlay' });
  assert.is(both.findings.length, 2);
  const one = await checkBytes([capture], { profile: 'overlay', node: Ipv4Address.parse('10.0.0.2') });
  assert.equal(one.findings, ['2 encap.header-checksum']);
});

test.run();
