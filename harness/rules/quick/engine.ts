import type { Facts } from '../facts.ts';
import type { StatefulJudge } from '../rule.ts';
import { CLASSES, NEEDS_RULES, NOT_TUNNEL, type QuickFrame } from './headers.ts';
import type { QuickPacket } from './packet.ts';
import { createQuickPath } from './path.ts';

/** What becomes of a frame: in the first two, nothing is wrong with it. */
export type QuickVerdict = 'tunnel packet' | 'no tunnel' | 'not judged';

/** The quick path as the engine uses it: it also counts what was judged. */
export interface QuickEngine {
  readonly pass: (frame: QuickFrame) => QuickVerdict;
  /** The tunnel packet that was passed last; the same object every time. */
  readonly packet: QuickPacket;
  /** Call after every frame that the rules have judged. */
  learn(frameNumber: number): void;
  /** How many passed frames the requirement with this index was judged on. */
  judged(index: number): number;
}

const NOBODY = -1;

/**
 * Which requirements are judged on a class of packets is not written down here a second time: the first packet of each class goes through
 * the rules, and what they counted for it is what they would count for every other one.
 *
 * @param counters of the engine, one for each requirement
 */
export function createQuickEngine(
  facts: Facts,
  rules: readonly { readonly requirement: string }[],
  states: readonly StatefulJudge[],
  counters: Float64Array,
): QuickEngine | undefined {
  const path = createQuickPath(
    facts,
    rules.map(({ requirement }) => requirement),
    states,
  );
  if (path === undefined) return undefined;
  const frames = new Float64Array(CLASSES);
  const judgedBy: (Float64Array | undefined)[] = Array.from({ length: CLASSES }, () => undefined);
  const before = new Float64Array(counters.length);
  let learning = NOBODY;
  let learningFrame = NOBODY;
  return {
    pass(frame) {
      const packetClass = path.examine(frame);
      if (packetClass === NOT_TUNNEL) return 'no tunnel';
      if (packetClass === NEEDS_RULES) return 'not judged';
      if (judgedBy[packetClass] === undefined) {
        learning = packetClass;
        learningFrame = frame.number;
        before.set(counters);
        return 'not judged';
      }
      path.note();
      frames[packetClass] = (frames[packetClass] ?? 0) + 1;
      return 'tunnel packet';
    },
    packet: path.packet,
    learn(frameNumber) {
      if (learning === NOBODY) return;
      if (frameNumber === learningFrame)
        judgedBy[learning] = counters.map((count, index) => count - (before[index] ?? 0));
      learning = NOBODY;
    },
    judged(index) {
      let sum = 0;
      for (let each = 0; each < CLASSES; each++) sum += (frames[each] ?? 0) * (judgedBy[each]?.[index] ?? 0);
      return sum;
    },
  };
}
