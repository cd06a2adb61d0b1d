import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCaptureFile } from '../../../harness/capture/index.ts';
import { AnnotatedCapture } from '../../../harness/check/report/annotate.ts';
import { JsonReport } from '../../../harness/check/report/json.ts';
import { lookupOf } from '../../../harness/check/report/requirements.ts';
import { SarifReport } from '../../../harness/check/report/sarif.ts';
import { TextReport } from '../../../harness/check/report/text.ts';
import { PLAIN } from '../../../harness/report/palette.ts';
import { requirements } from '../../../suites/catalogue/index.ts';
import { assert, suite } from '../../support/suite.ts';
import { tunnelled } from '../../rules/handmade.ts';
import { captureOf, checkBytes } from '../support.ts';

const test = suite('check/report');
const lookup = lookupOf(requirements);
const FRAMES = [
  tunnelled(),
  tunnelled({}, { checksum: 0x1234 }),
  { bytes: tunnelled({}, { ttl: 0 }), direction: 'outbound' as const },
  tunnelled(),
];
let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-check-report-'));
});
test.after(async () => {
  await rm(folder, { recursive: true });
});

async function textOf(frames: Parameters<typeof captureOf>[0], shownFindings = 20): Promise<string> {
  let text = '';
  const write = (part: string): void => void (text += part);
  const report = new TextReport({ write, palette: PLAIN, lookup, shownFindings });
  await checkBytes([captureOf(frames)], { profile: 'overlay', sinks: [report], names: ['a.pcapng'] });
  return text;
}

test('the text names frame, packet, clause, expected, actual and bytes', async () => {
  const text = await textOf(FRAMES);
  assert.match(text, /^a\.pcapng\n {2}profile: 6rd:fd5a:1234:5600::\/40\+10\.0\.0\.0\/8,nativeInnerSrc=deny\n/);
  assert.match(
    text,
    /frame 2 2023-11-14T22:13:20\.001000000Z\n {2}Ethernet .* \| IPv4 10\.0\.0\.1 > 10\.0\.0\.2 .* csum bad/,
  );
  assert.match(text, /encap\.header-checksum, behaviour, RFC 4213 §3\.5, RFC 791 §3\.1/);
  assert.match(text, /expected {2}a correct header checksum\n/);
  assert.match(text, /actual {4}header checksum 0x1234\n/);
  assert.match(text, /bytes {5}ipv4\.headerChecksum at 24: 1234\n/);
  assert.match(text, /findings {2}judged {2}requirement/);
  assert.match(text, /packets {2}bytes {2}findings {2}conversation\n +4 +\d+ +2 {2}10\.0\.0\.1 > 10\.0\.0\.2/);
});

test('findings beyond the limit are counted', async () => {
  const bad = Array.from({ length: 30 }, () => tunnelled({}, { checksum: 0x1234 }));
  const text = await textOf(bad, 5);
  assert.is(text.match(/expected {2}a correct header checksum/g)?.length, 5);
  assert.match(text, /and 25 more findings of these kinds/);
  assert.is((await textOf(bad, 0)).match(/expected {2}a correct header checksum/g)?.length, 30);
});

test('the JSON is one document with every finding', async () => {
  let text = '';
  const report = new JsonReport({ write: (part) => void (text += part), lookup, toolVersion: '1' });
  await checkBytes([captureOf(FRAMES), captureOf([])], { profile: 'overlay', sinks: [report] });
  report.close(1);
  const document: unknown = JSON.parse(text);
  const read = (...path: (string | number)[]): unknown =>
    path.reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      document,
    );
  assert.is(read('captures', 0, 'findings', 0, 'requirement'), 'encap.header-checksum');
  assert.is(read('captures', 0, 'findings', 0, 'frameNumber'), 2);
  assert.equal(read('captures', 0, 'findings', 0, 'bytes'), { field: 'ipv4.headerChecksum', offset: 24, hex: '1234' });
  assert.is(read('captures', 0, 'summary', 'findings'), 2);
  assert.is(read('captures', 0, 'summary', 'requirements', 'encap.header-checksum', 'findings'), 1);
  assert.is(read('captures', 0, 'summary', 'conversations', 0, 'source'), '10.0.0.1');
  assert.is(read('exitCode'), 1);
});

test('the SARIF has a result with rule, place in the file and frame for each finding', async () => {
  const capture = captureOf(FRAMES);
  const report = new SarifReport({ requirements, toolVersion: '1' });
  await checkBytes([capture], { profile: 'overlay', sinks: [report], names: ['a b.pcapng'] });
  const path = join(folder, 'findings.sarif');
  await report.write(path, 1);
  const sarif: unknown = JSON.parse(await readFile(path, 'utf8'));
  const read = (...keys: (string | number)[]): unknown =>
    keys.reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      sarif,
    );
  assert.is(read('version'), '2.1.0');
  const result = (...keys: (string | number)[]): unknown => read('runs', 0, 'results', 0, ...keys);
  assert.is(result('ruleId'), 'encap.header-checksum');
  assert.is(result('level'), 'error');
  const location = (...keys: (string | number)[]): unknown => result('locations', 0, 'physicalLocation', ...keys);
  assert.is(location('artifactLocation', 'uri'), 'a%20b.pcapng');
  const byteOffset = Number(location('region', 'byteOffset'));
  assert.equal([...capture.subarray(byteOffset, byteOffset + 2)], [0x12, 0x34]);
  assert.is(read('runs', 0, 'tool', 'driver', 'rules', 0, 'id'), 'encap.header-checksum');
  assert.is(read('runs', 0, 'invocations', 0, 'exitCode'), 1);
});

test('the annotated capture has the same frames, with findings as comments', async () => {
  const path = join(folder, 'annotated.pcapng');
  const annotated = await AnnotatedCapture.create(path, lookup);
  await checkBytes([captureOf(FRAMES)], { profile: 'overlay', sinks: [annotated] });
  await annotated.close();
  const frames = [];
  for await (const frame of readCaptureFile(path)) frames.push(frame);
  assert.equal(
    frames.map(({ bytes }) => bytes),
    FRAMES.map((frame) => (frame instanceof Uint8Array ? frame : frame.bytes)),
  );
  assert.equal(
    frames.map(({ comments }) => comments.length),
    [0, 1, 1, 0],
  );
  assert.match(
    frames[1]?.comments[0] ?? '',
    /^encap\.header-checksum \(behaviour, RFC 4213 §3\.5, .*found header checksum 0x1234$/,
  );
  assert.is(frames[2]?.direction, 'outbound');
  assert.is(frames[3]?.timestampNs, 1_700_000_000_003_000_000n);
});

test('names from a capture cannot act on the terminal', async () => {
  let text = '';
  const report = new TextReport({ write: (part) => void (text += part), palette: PLAIN, lookup, shownFindings: 9 });
  await checkBytes([captureOf(FRAMES)], { profile: 'overlay', sinks: [report], names: ['\u001b[31m.pcap'] });
  assert.not.ok(text.includes('\u001b'));
  assert.match(text, /\\x1b\[31m\.pcap/);
});

test.run();
