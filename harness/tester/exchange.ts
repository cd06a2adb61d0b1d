import type { Profile } from '../profile/index.ts';
import type { PortName } from '../wire/wire.ts';
import type { Clock } from '../wire/clock.ts';
import type { SeenFrame, Stimulus, Watch } from './context.ts';
import { fragmentKey } from './datagrams.ts';
import { FrameCollector, type Dispatcher, type MarkOwner } from './dispatcher.ts';
import type { Entry, Fences } from './fences.ts';
import type { Marks } from './marks.ts';
import { SeenExchange } from './seen.ts';
import type { RecordedSeenFrame } from './seen-frame.ts';

/** Stimuli sent in a row before a good packet makes sure that the DUT keeps up. */
const BATCH_SIZE = 64;
const WATCH_STEP_MS = 1000;

export interface ExchangeOptions {
  readonly fences: Fences;
  readonly dispatcher: Dispatcher;
  readonly marks: Marks<MarkOwner>;
  readonly caseId: string;
  readonly profile: Profile;
  readonly send: (port: PortName, frame: Uint8Array) => void;
  /** The number that the next recorded frame will get. */
  readonly nextFrame: () => number;
  /** Without a good packet before the stimuli. */
  readonly cold: boolean;
  /** Whether the node may have nothing more to say to who sends the stimulus. */
  readonly mayHoldBack: (stimulus: Stimulus) => boolean;
  /** Listen on after the stimuli. */
  readonly watch?: Watch;
  readonly clock: Clock;
}

/** Good A, the stimuli in order, good B. */
export const runExchange = async (stimuli: readonly Stimulus[], options: ExchangeOptions): Promise<SeenExchange> => {
  const { fences, dispatcher, marks, caseId, send, mayHoldBack } = options;
  const fromFrame = options.nextFrame();
  if (!options.cold) await fences.establish();
  const collector = new FrameCollector();
  const entries = new Set<Entry>();
  fences.begin();
  dispatcher.current = collector;
  try {
    let sinceFence = 0;
    for (const stimulus of stimuli) {
      const entry: Entry = stimulus.port === 'P' ? 'P' : 'U';
      entries.add(entry);
      const whole = stimulus.partOf ?? stimulus;
      const isFragmented = whole !== stimulus;
      const owner = { kind: 'stimulus', stimulus: whole, caseId, collector, isFragmented } as const;
      marks.claim(stimulus.mark, owner, whole.inner);
      if (isFragmented) dispatcher.claimFragment(stimulus.frame, owner);
      send(stimulus.port, stimulus.frame);
      sinceFence += 1;
      if (sinceFence === BATCH_SIZE && !options.cold) {
        sinceFence = 0;
        await fences.pace(entry);
      }
    }
    if (entries.size === 0) entries.add('P').add('U');
    const seenWith = (certainty: SeenExchange['certainty']): SeenExchange => {
      const frames = chargeFragments(collector.frames);
      const control = [...collector.control];
      const range = { fromFrame, toFrame: options.nextFrame() };
      return new SeenExchange({ frames, control, mayHoldBack }, stimuli, certainty, options.profile, range);
    };
    if (options.watch !== undefined) {
      const { forMs, until } = options.watch;
      const isOver = (): boolean => until?.(seenWith({ P: 'silent', U: 'silent' })) === true;
      for (let passedMs = 0; passedMs < forMs && !isOver(); passedMs += WATCH_STEP_MS)
        await options.clock.sleep(Math.min(WATCH_STEP_MS, forMs - passedMs));
    }
    const certainty = await fences.settle(entries);
    await fences.linger(() => {
      const answered = new Set(collector.frames.map(({ stimulus }) => stimulus));
      return stimuli.some((stimulus) => !answered.has(stimulus.partOf ?? stimulus));
    });
    return seenWith(certainty);
  } finally {
    collector.close();
    if (dispatcher.current === collector) dispatcher.current = undefined;
  }
};

/** Later fragments carry no mark: they belong to whom the first fragment of their datagram belongs to. */
const chargeFragments = (frames: readonly RecordedSeenFrame[]): SeenFrame[] => {
  const owners = new Map<string, Stimulus>();
  const keyOf = (frame: SeenFrame): string | undefined => {
    const key = fragmentKey(frame.bytes);
    return key === undefined ? undefined : `${frame.port} ${key}`;
  };
  for (const frame of frames) {
    const key = keyOf(frame);
    if (key !== undefined && frame.stimulus !== undefined) owners.set(key, frame.stimulus);
  }
  return frames.map((frame) => {
    if (frame.stimulus !== undefined) return frame;
    const key = keyOf(frame);
    const owner = key === undefined ? undefined : owners.get(key);
    return owner === undefined ? frame : frame.withStimulus(owner);
  });
};
