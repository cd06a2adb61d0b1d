import { playPair, type PairOptions, type PairOutcome, type Participant } from '../../harness/interop/pair.ts';
import type { Side } from '../../harness/interop/result.ts';
import { startMemoryNode } from '../../harness/node/memory/index.ts';
import type { NodeSession } from '../../harness/node/node.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { createRegistry } from '../../harness/runner/registry.ts';
import { memoryLink } from '../../harness/wire/memory.ts';
import { VirtualClock } from '../../harness/wire/virtual-clock.ts';
import { PORT_NAMES } from '../../harness/wire/wire.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { assert } from '../support/suite.ts';

export const registry = createRegistry(requirements, []);

export interface PlayOptions {
  readonly profile?: string;
  /** Faults of the reference on each side, or a node of the test's own. */
  readonly n1?: readonly string[] | NodeSession;
  readonly n2?: readonly string[] | NodeSession;
  /** What the second end declares. */
  readonly policies?: Participant['policies'];
  readonly changes?: Partial<Pick<PairOptions, 'signal' | 'onStep' | 'pods'>>;
}

const participant = async (
  name: string,
  wanted: readonly string[] | NodeSession = [],
  policies: Participant['policies'] = {},
): Promise<Participant> => ({
  name,
  policies,
  expectations: [],
  kernelRelease: undefined,
  session: 'wires' in wanted ? wanted : await startMemoryNode({ faults: wanted, seed: 1 }),
});

/** One pair of references in memory; ends are called `first` and `second`. */
export const play = async ({
  profile = 'overlay',
  n1,
  n2,
  policies,
  changes = {},
}: PlayOptions = {}): Promise<PairOutcome> => {
  const participants: Record<Side, Participant> = {
    n1: await participant('first', n1),
    n2: await participant('second', n2, policies),
  };
  try {
    const outcome = await playPair({
      participants,
      profile: parseProfile(profile),
      seed: '41',
      pods: 'tester',
      strict: false,
      today: '2026-01-01',
      requirementOf: (id) => registry.requirement(id),
      signal: new AbortController().signal,
      onStep: () => undefined,
      ...changes,
    });
    assert.is(outcome.kind, 'played');
    if (outcome.kind !== 'played') throw new Error(outcome.reason);
    return outcome;
  } finally {
    for (const { session } of Object.values(participants)) await session[Symbol.asyncDispose]();
  }
};

/** A node in memory whose target is ready and does nothing, ever; `onUp` may do something to it. */
export const deadNode = (onUp: (fail: (reason: Error) => void) => void = () => undefined): NodeSession => {
  const clock = new VirtualClock();
  const links = PORT_NAMES.map((port) => memoryLink({ port, clock }));
  return {
    facts: { node: 'memory', phases: [] },
    clock,
    ports: new Map(
      PORT_NAMES.map((port, index) => [
        port,
        {
          interfaceName: `eth${String(index)}`,
          macAddress: `02:41:00:00:00:0${String(index + 1)}`,
          maximumMtuBytes: 1500,
        },
      ]),
    ),
    wires: new Map(links.map(({ tester }) => [tester.port, tester])),
    up: async () => {
      onUp((reason) => {
        for (const link of links) link.fail(reason);
      });
      return { kind: 'ready', durationMs: 0 };
    },
    down: async () => undefined,
    stats: async () => ({ kind: 'unsupported', reason: 'it is dead' }),
    diagnostics: async () => '',
    [Symbol.asyncDispose]: async () => {
      await Promise.all(links.map(({ tester }) => tester.close()));
    },
  };
};
