import { setTimeout as delay } from 'node:timers/promises';
import { isProto41Error } from '../../errors.ts';
import type { NodeInspection, NodeSession } from '../../node/node.ts';
import type { Profile } from '../../profile/index.ts';
import { probeWithNonsense } from '../../runner/nonsense-probe.ts';
import type { SeenFrame, Stimulus } from '../../tester/context.ts';
import type { CreateTestbed, Testbed } from '../../tester/testbed-contract.ts';
import type { PortName } from '../../wire/wire.ts';
import { failed, ok, skipped, type Step } from './step.ts';

const SEED = 'target-check';
/** The kernel takes namespaces away some time after their last process has ended. */
const REMAINS_LIMIT_MS = 3_000;
const REMAINS_POLL_MS = 50;

export interface TargetCheckOptions {
  /** Whether it is a program of its own, which has to know what it cannot do. */
  readonly probeNonsense: boolean;
  readonly profile: Profile;
  readonly startSession: () => Promise<NodeSession>;
  readonly createTestbed: CreateTestbed;
  readonly onStep: (step: Step) => void;
}

/** Everything that can be asked of a target without judging its packets. What the node throws when it starts goes on. */
export const checkTarget = async (options: TargetCheckOptions): Promise<readonly Step[]> => {
  const steps: Step[] = [];
  const add = (step: Step): boolean => {
    steps.push(step);
    options.onStep(step);
    return step.state !== 'failed';
  };
  const session = await options.startSession();
  const { inspection } = session;
  add(ok('node', nodeText(session)));
  try {
    const fresh = (await inspection?.state()) ?? [];
    if (add(await askNonsense(session, options))) {
      for (const step of await exercise(session, options)) add(step);
      add(await compareStates(inspection, fresh));
    }
  } finally {
    await session[Symbol.asyncDispose]();
  }
  add(await lookForRemains(inspection));
  return steps;
};

const nodeText = ({ facts }: NodeSession): string =>
  [facts.node, facts.kernelRelease, facts.accelerator].filter((text) => text !== undefined).join(', ');

const askNonsense = async (session: NodeSession, { probeNonsense, profile }: TargetCheckOptions): Promise<Step> => {
  const name = 'nonsense question';
  if (!probeNonsense) return skipped(name, 'the target is no program of its own');
  try {
    await probeWithNonsense(session, profile, SEED);
    return ok(name, 'refused with exit code 127');
  } catch (error) {
    return failed(name, messageOf(error));
  }
};

/** Up, a good packet each way, down. */
const exercise = async (
  session: NodeSession,
  { profile, createTestbed }: TargetCheckOptions,
): Promise<readonly Step[]> => {
  const steps: Step[] = [];
  const testbed = await createTestbed({ session, profile, seed: SEED });
  try {
    const startedMs = performance.now();
    const outcome = await testbed.up();
    if (outcome.kind === 'unsupported') {
      const remedy = 'name a profile that it supports with --profile, or in "profiles" of target.json';
      return [failed('up', `refused ${profile.name}: ${outcome.reason}`, remedy)];
    }
    steps.push(ok('up', `ready for ${profile.name} after ${Math.round(performance.now() - startedMs)} ms`));
    steps.push(...(await goodPackets(testbed)));
    await testbed.down();
    steps.push(ok('down', 'exited with 0'));
  } catch (error) {
    steps.push(failed(steps.length === 0 ? 'up' : 'down', messageOf(error)));
  }
  return steps;
};

const goodPackets = async (testbed: Testbed): Promise<readonly Step[]> => {
  const scope = testbed.begin('target-check');
  const { context } = scope;
  const outwards = context.fromPod();
  const inwards = context.fromTunnel();
  const seen = await context.exchange(outwards, inwards);
  scope.finish();
  return [
    passed('packet from a pod', seen.of(outwards), 'U', outwards),
    passed('packet from the tunnel', seen.of(inwards), 'P', inwards),
  ];
};

const passed = (name: string, frames: readonly SeenFrame[], port: PortName, stimulus: Stimulus): Step => {
  const out = frames.find((frame) => frame.port === port);
  if (out !== undefined) return ok(name, `came out of port ${port}`);
  const found = frames[0];
  return failed(
    name,
    found === undefined
      ? `the ${stimulus.title} did not come out of port ${port}`
      : `expected the ${stimulus.title} to come out of port ${port}, found an answer on ${found.port}`,
    'run the cases with --verbose to see every frame: run --case "encap.*" --evidence all',
  );
};

const compareStates = async (inspection: NodeInspection | undefined, fresh: readonly string[]): Promise<Step> => {
  const name = 'state after down';
  if (inspection === undefined) return skipped(name, 'this node cannot be looked into');
  const left = difference(await inspection.state(), fresh).map((line) => `left behind: ${line}`);
  const lost = difference(fresh, await inspection.state()).map((line) => `not restored: ${line}`);
  if (left.length + lost.length === 0) return ok(name, 'that of a fresh machine');
  return failed(name, [...left, ...lost].join('\n'), 'let `down` take back everything that `up` did');
};

/** Lines of the first list that the second does not have, counted. */
const difference = (lines: readonly string[], without: readonly string[]): string[] => {
  const rest = [...without];
  return lines.filter((line) => {
    const position = rest.indexOf(line);
    if (position === -1) return true;
    rest.splice(position, 1);
    return false;
  });
};

const lookForRemains = async (inspection: NodeInspection | undefined): Promise<Step> => {
  const name = 'remains';
  if (inspection === undefined) return skipped(name, 'this node cannot be looked into');
  const limitMs = performance.now() + REMAINS_LIMIT_MS;
  let remains = await inspection.remains();
  while (remains.length > 0 && performance.now() < limitMs) {
    await delay(REMAINS_POLL_MS);
    remains = await inspection.remains();
  }
  return remains.length === 0 ? ok(name, 'no namespace, process or interface') : failed(name, remains.join('\n'));
};

const messageOf = (error: unknown): string => {
  if (isProto41Error(error)) return error.message;
  throw error;
};
