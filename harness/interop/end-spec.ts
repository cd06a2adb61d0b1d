import type { NodeName, NodeSession } from '../node/node.ts';
import type { Switches } from '../profile/index.ts';
import type { Expectation } from '../runner/expectation.ts';

/** One end as it was asked for, with what starts it. */
export interface EndSpec {
  /** Every default filled in: `linux-sit@vm:bullseye`. */
  readonly name: string;
  readonly target: string;
  readonly node: NodeName;
  readonly kernel?: string;
  /** Whether its refusals have to be tested before they are believed. */
  readonly probeNonsense: boolean;
  /** Its declared deviations; none where nobody wants to know them. */
  readonly expectations: readonly Expectation[];
  /** What it declares where the standards leave a choice. */
  readonly policies: Partial<Switches>;
  readonly start: (options: {
    readonly signal: AbortSignal;
    readonly onProgress: (message: string) => void;
  }) => Promise<NodeSession>;
}

/** Two ends to be tried against each other. */
export interface PairPlan {
  readonly n1: EndSpec;
  readonly n2: EndSpec;
}

/**
 * Every end with every other one and with itself, once: traffic goes both ways. The pairs of an end stand together, so that it is needed
 * no longer than that.
 */
export const allPairs = (ends: readonly EndSpec[]): readonly PairPlan[] =>
  ends.flatMap((n1, index) => ends.slice(index).map((n2) => ({ n1, n2 })));

/** Which instance of an end plays N2: another one than N1 where an end meets itself. */
export const copyOfN2 = ({ n1, n2 }: PairPlan): number => (n1.name === n2.name ? 1 : 0);
