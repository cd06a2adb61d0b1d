import { build, ethernet, ipv4, ipv6, payload, udp } from '../../harness/packet/index.ts';
import type { CaseResult, RequirementFacts, RunResult } from '../../harness/runner/result.ts';
import type { Violation } from '../../harness/runner/verdict.ts';

/** Text that acts on terminals, XML, YAML, TAP and Markdown when it is not escaped. */
export const HOSTILE =
  '\u001b[31mred\u009b2J</failure><script>alert(1)</script>]]>]]> a: "b" # TODO {x} | - & \r\nnot ok 99\n...\t\u202eoverride\u2028\ud800';

export const requirement = (changes: Partial<RequirementFacts> = {}): RequirementFacts => ({
  id: 'encap.df-flag',
  title: 'DF follows the MTU mode',
  level: 'MUST',
  area: 'encap',
  sources: 'RFC 4213 §3.2.2, RFC 791',
  statement: 'With path MTU discovery the outer DF bit is set.',
  ...changes,
});

export const REQUIREMENTS: readonly RequirementFacts[] = [
  requirement(),
  requirement({ id: 'decap.source', area: 'decap', level: 'SHOULD', title: 'Source check' }),
];
export const lookup = (id: string): RequirementFacts | undefined => REQUIREMENTS.find((each) => each.id === id);

/** UDP in IPv6 of this hop limit, in IPv4. */
export const tunnelFrame = (hopLimit: number): Uint8Array =>
  build(
    ethernet({ source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' }),
    ipv4({ source: '10.0.0.1', destination: '10.0.0.2', ttl: 63 }),
    ipv6({ source: 'fd00::1', destination: 'fd00::2', hopLimit }),
    udp({ sourcePort: 41000, destinationPort: 41001 }),
    payload(Uint8Array.of(1, 2, 3)),
  );

export const violation = (changes: Partial<Violation> = {}): Violation => ({
  requirement: 'encap.df-flag',
  expected: ['DF set', 'a fragment train with DF clear'],
  actual: 'DF clear',
  frameNumber: 7,
  frame: '#7 U IPv4 10.0.0.1 > 10.0.0.2 proto 41, 100 bytes, checksum good',
  differences: [
    { layer: 'ipv4', field: 'flags', offset: 20, expectedHex: '2', actualHex: '0', expectedText: '2', actualText: '0' },
  ],
  by: 'case',
  ...changes,
});

export const caseResult = (changes: Partial<CaseResult> = {}): CaseResult => ({
  id: 'encap.df-flag',
  requirement: 'encap.df-flag',
  profile: 'overlay',
  verdict: 'pass',
  expectation: { kind: 'none', unexpected: ['fail', 'error', 'inconclusive'].includes(changes.verdict ?? 'pass') },
  violations: [],
  doubts: [],
  notes: [],
  durationMs: 3.25,
  rerun: "npm start -- run --case 'encap.df-flag'",
  ...changes,
});

export const failed = (changes: Partial<CaseResult> = {}): CaseResult =>
  caseResult({ verdict: 'fail', violations: [violation()], evidence: 'evidence/encap.df-flag.pcapng', ...changes });

export const runResult = (cases: readonly CaseResult[], changes: Partial<RunResult> = {}): RunResult => ({
  schema: 'https://proto41.dev/schema/results-1.json',
  tool: { name: 'proto41', version: '0.1.0' },
  target: 'linux-sit',
  node: { node: 'vm', kernelRelease: '6.1.0', accelerator: 'tcg', phases: [] },
  profiles: ['overlay'],
  seed: '41',
  strict: false,
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 9100,
  interrupted: false,
  phases: [
    { phase: 'boot', durationMs: 5200 },
    { phase: 'cases', durationMs: 3900 },
  ],
  cases,
  requirements: REQUIREMENTS,
  ...changes,
});

/** One result of every kind, each with hostile text in every place that somebody else fills. */
export const everyKind = (text = HOSTILE): readonly CaseResult[] => [
  caseResult(),
  failed({
    id: `encap.df-flag/${text}`,
    violations: [violation({ expected: [text], actual: text, frame: text }), violation({ requirement: text })],
    notes: [text],
    evidence: `evidence/${text}.pcapng`,
    rerun: text,
  }),
  caseResult({ verdict: 'warn', violations: [violation({ requirement: 'decap.source', actual: text })] }),
  caseResult({ verdict: 'skip', reason: text }),
  caseResult({ verdict: 'inconclusive', doubts: [{ reason: text, frameNumber: 3 }] }),
  caseResult({ verdict: 'error', reason: text }),
  failed({ expectation: { kind: 'expected', unexpected: false, reason: text, link: text } }),
  caseResult({ expectation: { kind: 'mismatch', unexpected: true, reason: text } }),
];
