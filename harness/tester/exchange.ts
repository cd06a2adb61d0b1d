import type { Encapsulation } from '../profile/index.ts';
import type { PortName } from '../wire/wire.ts';
import type { SeenFrame, Stimulus } from './context.ts';
import { fragmentKey } from './datagrams.ts';
import { FrameCollector, type Dispatcher, type MarkOwner } from './dispatcher.ts';
import type { Entry, Fences } from './fences.ts';
import type { Marks } from './marks.ts';
import { SeenExchange } from './seen.ts';
import type { RecordedSeenFrame } from './seen-frame.ts';

/** Stimuli sent in a row before a good packet makes sure that the DUT keeps up. */
const BATCH_SIZE = 64;

export interface ExchangeOptions {
  readonly fences: Fences;
  readonly dispatcher: Dispatcher;
  readonly marks: Marks<MarkOwner>;
  readonly caseId: string;
  readonly encapsulation: Encapsulation;
  readonly send: (port: PortName, frame: Uint8Array) => void;
  /** Without a good packet before the stimuli. */
  readonly cold: boolean;
}

/** Good A, the stimuli in order, good B. */
export const runExchange = async (stimuli: readonly Stimulus[], options: ExchangeOptions): Promise<SeenExchange> => {
  const { fences, dispatcher, marks, caseId, send } = options;
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
      marks.claim(stimulus.mark, { kind: 'stimulus', stimulus, caseId, collector }, stimulus.inner);
      send(stimulus.port, stimulus.frame);
      sinceFence += 1;
      if (sinceFence === BATCH_SIZE && !options.cold) {
        sinceFence = 0;
        await fences.pace(entry);
      }
    }
    if (entries.size === 0) entries.add('P').add('U');
    const certainty = await fences.settle(entries);
    const frames = chargeFragments(collector.frames);
    return new SeenExchange({ frames, control: collector.control }, stimuli, certainty, options.encapsulation);
  } finally {
    collector.open = false;
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
