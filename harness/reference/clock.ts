/** Time as the reference sees it: its timers run on the clock of the node, which may be virtual. */
export interface ReferenceClock {
  nowMs(): number;
  /** Runs `action` once after the delay; the function it returns calls that off. */
  schedule(delayMs: number, action: () => void): () => void;
}
