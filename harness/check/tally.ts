/** What a check has looked at, beside its findings. */
import type { Conversation, Conversations } from './conversations.ts';

export interface Tally {
  frames: number;
  /** Frames that the snap length cut: what is missing of them was not held against anybody. */
  snappedFrames: number;
  /** Frames with a tunnel packet of the overlay that was judged. */
  tunnelPackets: number;
  /** Frames with at least one finding. */
  framesWithFindings: number;
  findings: number;
  /** Why frames that may hold tunnel packets were not judged, with their number. */
  readonly notJudged: Map<string, number>;
}

export const createTally = (): Tally => ({
  frames: 0,
  snappedFrames: 0,
  tunnelPackets: 0,
  framesWithFindings: 0,
  findings: 0,
  notJudged: new Map(),
});

export function countReason({ notJudged }: Tally, reason: string): void {
  notJudged.set(reason, (notJudged.get(reason) ?? 0) + 1);
}

export interface RequirementCount {
  /** Frames (or pairs of frames) that the rules of the requirement could judge. */
  readonly judged: number;
  readonly findings: number;
}

/** The result of a check: of one capture, or of several that belong together. */
export interface CheckSummary extends Tally {
  readonly requirements: ReadonlyMap<string, RequirementCount>;
  readonly conversations: readonly Conversation[];
  readonly otherConversations: Readonly<Conversation>;
}

export function summarize(
  tally: Tally,
  judged: ReadonlyMap<string, number>,
  findings: ReadonlyMap<string, number>,
  conversations: Conversations,
): CheckSummary {
  const requirements = new Map<string, RequirementCount>();
  for (const [id, count] of judged) requirements.set(id, { judged: count, findings: findings.get(id) ?? 0 });
  return {
    ...tally,
    requirements,
    conversations: conversations.list(),
    otherConversations: conversations.others,
  };
}
