import type { InteropFinding, InteropResult } from '../../../harness/interop/result.ts';
import type { FaultScore } from '../../../harness/runner/fault-score/score.ts';
import { REQUIREMENTS } from '../fixtures.ts';

export const score = (text = 'a defect'): FaultScore => ({
  profiles: ['overlay'],
  planned: 3,
  faults: [
    {
      name: 'ttl-copy',
      defect: text,
      requirement: 'hop-limit.outer-ttl-value',
      area: 'hop-limit',
      priority: 'core',
      outcome: { kind: 'caught', profile: 'overlay', cases: ['hop-limit.outer-ttl-value'] },
    },
    {
      name: 'sneaky',
      defect: text,
      requirement: 'decap.basic',
      area: 'decap',
      priority: 'core',
      outcome: {
        kind: 'survived',
        trials: [
          {
            profile: 'overlay',
            results: [{ id: 'decap.basic', requirement: 'decap.basic', verdict: 'skip', reason: text, catches: false }],
          },
        ],
      },
    },
  ],
  lacking: [{ name: 'absent', requirement: 'decap.basic', area: 'decap' }],
  casesThatNoFaultFails: ['decap.idle'],
  interrupted: false,
  durationMs: 1000,
});

const finding = (text: string): InteropFinding => ({
  side: 'n1',
  end: 'a@memory',
  role: 'encapsulator',
  direction: 'n1-to-n2',
  severity: 'must',
  requirement: 'encap.df-flag',
  expected: ['DF set'],
  actual: text,
  frameNumber: 2,
  place: { offset: 20, lengthBytes: 1, field: 'ipv4.dontFragment' },
  expectation: { kind: 'none', unexpected: true },
});

export const interop = (text = 'DF clear'): InteropResult => ({
  schema: 'https://proto41.dev/schema/interop-1.json',
  tool: { name: 'proto41', version: '0.1.0' },
  profile: { name: 'overlay', text: '6rd:fd5a:1234:5600::/40+10.0.0.0/8' },
  seed: '1',
  strict: false,
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 1000,
  interrupted: false,
  ends: ['a@memory', 'b@memory'].map((name) => ({ name, target: 'reference', node: 'memory' })),
  skippedEnds: [{ name: 'c@vm', reason: text }],
  pairs: [
    {
      n1: 'a@memory',
      n2: 'b@memory',
      verdict: 'fail',
      unexpected: true,
      reason: text,
      pods: { n1: 'tester', n2: 'kernel' },
      traffic: [{ kind: 'tcp', direction: 'n2-to-n1', verdict: 'pass', detail: text, durationMs: 5 }],
      findings: [finding(text)],
      doubts: [text],
      silent: ['n2'],
      frames: 12,
      durationMs: 900,
      evidence: 'evidence/pair.pcapng',
      rerun: text,
    },
  ],
  cells: [
    {
      encapsulator: 'a@memory',
      decapsulator: 'b@memory',
      verdict: 'fail',
      unexpected: true,
      reason: text,
      brokenByEncapsulator: ['encap.df-flag'],
      brokenByDecapsulator: [],
      pairs: [0],
    },
  ],
  requirements: REQUIREMENTS,
});
