import type { NodeSession } from '../node/node.ts';
import { icmpv6EchoRequest } from '../packet/layers/icmpv6.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import type { Clock } from '../wire/clock.ts';
import type { Lab } from '../lab/index.ts';
import type { PortName } from '../wire/wire.ts';
import type { PodStimulusFields, Stimulus } from './context.ts';
import type { MarkOwner } from './dispatcher.ts';
import type { Fences } from './fences.ts';
import type { Marks } from './marks.ts';
import type { StimulusFactory } from './stimuli.ts';

/** Longer than a node takes that is going to answer at all. */
const LIMIT_MS = 1000;
/** A delay that differs from one message to the next is rarely twice as long, and this much longer at least. */
const MARGIN_MS = 50;
/** A node that answers nothing is not asked for ever. */
const ATTEMPTS = 3;
const IDENTIFIER = 0x4f44;

export interface OwnDelayOptions {
  readonly lab: Lab;
  readonly clock: Clock;
  readonly fences: Pick<Fences, 'begin' | 'settle'>;
  readonly marks: Marks<MarkOwner>;
  readonly factory: StimulusFactory;
  readonly send: (port: PortName, frame: Uint8Array) => void;
}

/**
 * How much longer a node takes for what it says itself than for what it forwards. Many forward in one place, and make errors and echo
 * replies in another and slower one; no standard asks for an order between the two, so that a fence shows no more than that everything
 * forwarded is out. A node is asked once, when something of it is missing for the first time, and afterwards given the time that it took.
 */
export class OwnDelay {
  #knownMs: number | undefined;
  #attempts = 0;

  /** Waits for what a node may still have to say about stimuli whose fences are out; `isMissing` tells whether anything is to be expected. */
  async linger(options: OwnDelayOptions, isMissing: () => boolean): Promise<void> {
    if (this.#knownMs === undefined && this.#attempts < ATTEMPTS && isMissing()) {
      this.#attempts += 1;
      this.#knownMs = await measure(options);
    }
    if (this.#knownMs !== undefined && this.#knownMs > 0) await options.clock.sleep(2 * this.#knownMs + MARGIN_MS);
  }
}

/**
 * Asks for an echo reply, so that the node has found the way to the asker, and then for a Time Exceeded and another echo reply. The time
 * from the fences to the later of the two, 0 if both were before; undefined where none came.
 */
const measure = async (options: OwnDelayOptions): Promise<number | undefined> => {
  await delayOf(options, [echoRequest(options)]);
  return delayOf(options, [fromAsker(options, { hopLimit: 1 }), echoRequest(options)]);
};

const delayOf = async (options: OwnDelayOptions, asked: readonly Stimulus[]): Promise<number | undefined> => {
  const { clock, fences, marks } = options;
  let fencedNs: bigint | undefined;
  let delayMs: number | undefined;
  let missing = asked.length;
  let onAll = (): void => {};
  const all = new Promise<void>((resolve) => (onAll = resolve));
  const arrived = ({ port }: RecordedFrame): void => {
    // What is forwarded instead, by a node that does not look at hop limits, is no answer.
    if (port !== 'P' || missing === 0) return;
    const passedMs = fencedNs === undefined ? 0 : Number(clock.nowNs() - fencedNs) / 1e6;
    delayMs = Math.max(delayMs ?? 0, passedMs);
    missing -= 1;
    if (missing === 0) onAll();
  };
  fences.begin();
  for (const { mark, inner, port, frame } of asked) {
    marks.claim(mark, { kind: 'fence', mark, arrived }, inner);
    options.send(port, frame);
  }
  try {
    const certainty = await fences.settle(new Set(['P']));
    if (certainty.P !== 'fenced' || certainty.U !== 'fenced') return undefined;
    fencedNs = clock.nowNs();
    if (missing > 0) await clock.wait(all, LIMIT_MS);
    return delayMs;
  } finally {
    for (const { mark } of asked) marks.lighten(mark, () => ({ kind: 'fence', mark, arrived: ignore }));
  }
};

/** From the last pod, which hardly anybody else wants errors for. */
const fromAsker = ({ lab, marks, factory }: OwnDelayOptions, fields: PodStimulusFields): Stimulus =>
  factory.fromPod({ source: lab.pods.at(-1) ?? lab.n1.pod(), ...fields }, marks.next());

const echoRequest = (options: OwnDelayOptions): Stimulus =>
  fromAsker(options, {
    destination: options.lab.overlayAddress,
    layers: [icmpv6EchoRequest({ identifier: IDENTIFIER, sequence: 1 })],
  });

const ignore = (): void => {};

const bySession = new WeakMap<NodeSession, OwnDelay>();

/** That of a node that runs, which several test beds may use one after the other. */
export const ownDelayOf = (session: NodeSession): OwnDelay => {
  const known = bySession.get(session) ?? new OwnDelay();
  bySession.set(session, known);
  return known;
};
