import { isProto41Error, Proto41Error } from '../errors.ts';
import type { Lab } from '../lab/index.ts';
import type { NodeSession } from '../node/node.ts';
import { withPolicies, type Profile, type Switches } from '../profile/index.ts';
import { Players } from '../tester/players.ts';
import { planSetUp, type SetUp } from '../tester/set-up.ts';
import { judgePair, type JudgedEnd, type JudgeOptions, type PairJudgement } from './judge/judge-pair.ts';
import type { Observed } from './judge/observed.ts';
import { whoIsSilent } from './liveness.ts';
import { PairLinks, type LinkFrame } from './links.ts';
import { Network } from './network.ts';
import { PairClock } from './pair-clock.ts';
import type { Pods, PodsOptions } from './pods/pods.ts';
import { TesterPods } from './pods/tester-pods.ts';
import { SIDES, type PodKind, type Side, type TrafficResult } from './result.ts';
import { runTraffic } from './traffic.ts';

/** One end of a pair, started. */
export interface Participant extends JudgedEnd {
  readonly session: NodeSession;
  /** What its target declares where the standards leave a choice. */
  readonly policies: Partial<Switches>;
}

export interface PairOptions extends Omit<JudgeOptions, 'ends'> {
  readonly participants: Readonly<Record<Side, Participant>>;
  readonly profile: Profile;
  readonly seed: string;
  /** Who plays the pods on both sides. */
  readonly pods: PodKind;
  readonly signal: AbortSignal;
  readonly onStep: (step: string) => void;
}

/** What a pair has shown, before it is a result. */
export interface PairOutcome extends PairJudgement {
  readonly kind: 'played';
  readonly traffic: readonly TrafficResult[];
  readonly links: PairLinks;
  /** Sides that said nothing at all although they were asked. */
  readonly silent: readonly Side[];
}

/** A target that says itself that it cannot do this profile. */
export interface PairRefusal {
  readonly kind: 'refused';
  readonly side: Side;
  readonly reason: string;
}

/** A node or target that broke while it was in the pair. Its session is not to be used any more. */
export class SideError extends Proto41Error {
  readonly side: Side;
  readonly isAtStart: boolean;

  constructor(side: Side, name: string, cause: unknown, when: 'at the start' | 'later' = 'later') {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${name}: ${reason}`, { code: isProto41Error(cause) ? cause.code : 'INTEROP_SIDE', exitCode: 3, cause });
    this.side = side;
    this.isAtStart = when === 'at the start';
  }
}

/** Sets both ends up as N1 and N2 of one lab, lets their pods talk, and judges what each end did. Both are down again afterwards. */
export const playPair = async (options: PairOptions): Promise<PairOutcome | PairRefusal> => {
  const { participants, profile } = options;
  const setUps = planBoth(participants, profile);
  const sessions = { n1: participants.n1.session, n2: participants.n2.session };
  const deaths = watchForDeath(participants);
  let failure: unknown;
  try {
    const outcomes = await Promise.all(
      SIDES.map((side) => onSide(side, options, () => sessions[side].up(setUps[side].setup))),
    );
    for (const [index, side] of SIDES.entries()) {
      const outcome = outcomes[index];
      if (outcome?.kind === 'unsupported') return { kind: 'refused', side, reason: outcome.reason };
    }
    return await talk(options, setUps, deaths);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    deaths.stop();
    await takeDown(options, sessions, failure);
  }
};

const onSide = async <Value>(
  side: Side,
  { participants }: Pick<PairOptions, 'participants'>,
  action: () => Promise<Value>,
): Promise<Value> => {
  try {
    return await action();
  } catch (error) {
    throw new SideError(side, participants[side].name, error);
  }
};

/** What fails here must not hide why the pair failed before. */
const takeDown = async (
  options: PairOptions,
  sessions: Readonly<Record<Side, NodeSession>>,
  failure: unknown,
): Promise<void> => {
  const downs = await Promise.allSettled(SIDES.map((side) => onSide(side, options, () => sessions[side].down())));
  const broken = downs.find((down) => down.status === 'rejected');
  if (broken !== undefined && failure === undefined) throw broken.reason;
};

/** The lab as each of the two sees it: the second one stands where the first one has N2. */
const planBoth = ({ n1, n2 }: PairOptions['participants'], profile: Profile): Readonly<Record<Side, SetUp>> => {
  const first = planSetUp(n1.session, withPolicies(profile, n1.policies));
  const dutIpv4 = first.lab.underlay.n2.toString();
  return { n1: first, n2: planSetUp(n2.session, withPolicies(profile, n2.policies), { dutIpv4 }) };
};

const talk = async (
  options: PairOptions,
  setUps: Readonly<Record<Side, SetUp>>,
  deaths: DeathWatch,
): Promise<PairOutcome> => {
  const { participants, signal, seed } = options;
  const labs: Readonly<Record<Side, Lab>> = { n1: setUps.n1.lab, n2: setUps.n2.lab };
  const sessions = SIDES.map((side) => participants[side].session);
  const clock = new PairClock(sessions, {
    hasRealPods: options.pods === 'kernel',
    check: () => {
      signal.throwIfAborted();
      deaths.check();
    },
  });
  const links = new PairLinks({ n1: participants.n1.session.wires, n2: participants.n2.session.wires }, () =>
    clock.nowNs(),
  );
  try {
    const network = new Network(labs, (side, frame) => {
      links.send(side, 'U', frame);
    });
    await using pods = await podsOf(options.pods, {
      labs,
      clock,
      seed,
      send: (side, frame) => {
        links.send(side, 'P', frame);
      },
    });
    const players = { n1: new Players(labs.n1), n2: new Players(labs.n2) };
    links.onFrame = (frame) => {
      const isForPlayers = frame.port === 'U' || !pods.hasNeighbourDiscovery;
      if (isForPlayers && answered(frame, players[frame.side], links)) return;
      if (frame.port === 'U') network.receive(frame);
      else pods.receive(frame.side, frame.bytes);
    };
    const { tunnelMtuBytes, underlayMtuBytes } = setUps.n1;
    const { onStep } = options;
    const { results, crosses, settledFrom } = await runTraffic({
      labs,
      tunnelMtuBytes,
      pods,
      network,
      links,
      clock,
      onStep,
    });
    const silent = crosses ? [] : await whoIsSilent(labs, links, clock);
    deaths.check();
    links.onFrame = () => undefined;
    onStep('judging');
    const podMac: Observed['podMac'] = (side, pod) => pods.macOf(side, pod);
    const observed = { labs, links, network, underlayMtuBytes, podMac, settledFrom };
    const judgement = judgePair(observed, { ...options, ends: participants });
    for (const { frameNumber, requirement, end } of judgement.findings)
      if (frameNumber !== undefined) links.annotate(frameNumber, `${requirement}: ${end}`);
    return { kind: 'played', ...judgement, traffic: results, links, silent };
  } finally {
    links.close();
  }
};

/** Loaded when they are wanted, because they need system calls. */
const podsOf = async (kind: PodKind, options: PodsOptions): Promise<Pods> => {
  if (kind === 'tester') return new TesterPods(options);
  const { KernelPods } = await import('./pods/kernel/kernel-pods.ts');
  return KernelPods.open(options);
};

const answered = ({ side, port, bytes }: LinkFrame, players: Players, links: PairLinks): boolean => {
  const reply = players.replyTo(port, bytes);
  if (reply === undefined) return false;
  links.send(side, port, reply);
  return true;
};

interface DeathWatch {
  /** Throws SideError once the wire of a side has ended. */
  check(): void;
  stop(): void;
}

const watchForDeath = (participants: PairOptions['participants']): DeathWatch => {
  let death: SideError | undefined;
  const stops = SIDES.flatMap((side) =>
    [...participants[side].session.wires.values()].map((wire) =>
      wire.onClosed((reason) => {
        death ??= new SideError(side, participants[side].name, reason ?? new Error('the node ended'));
      }),
    ),
  );
  return {
    check: () => {
      if (death !== undefined) throw death;
    },
    stop: () => {
      for (const stop of stops) stop();
    },
  };
};
