import { assessDirection, combine, findingsOf, type Assessment } from './pair-verdict.ts';
import { DIRECTIONS, type Direction, type InteropEnd, type MatrixCell, type PairResult } from './result.ts';

/** The matrix, row by row: every pair fills a cell for each direction, which is the same one where an end meets itself. */
export const matrixOf = (ends: readonly InteropEnd[], pairs: readonly PairResult[]): readonly MatrixCell[] =>
  ends.flatMap(({ name: encapsulator }) =>
    ends.flatMap(({ name: decapsulator }) => {
      const cell = cellOf(encapsulator, decapsulator, pairs);
      return cell === undefined ? [] : [cell];
    }),
  );

/** One direction of one pair. */
interface Way {
  readonly pair: PairResult;
  readonly index: number;
  readonly direction: Direction;
}

const cellOf = (encapsulator: string, decapsulator: string, pairs: readonly PairResult[]): MatrixCell | undefined => {
  const ways = pairs.flatMap((pair, index) =>
    DIRECTIONS.filter((direction) => {
      const [from, to] = direction === 'n1-to-n2' ? [pair.n1, pair.n2] : [pair.n2, pair.n1];
      return from === encapsulator && to === decapsulator;
    }).map((direction): Way => ({ pair, index, direction })),
  );
  if (ways.length === 0) return undefined;
  const broken = (role: 'encapsulator' | 'decapsulator'): string[] =>
    distinct(
      ways.flatMap(({ pair, direction }) =>
        findingsOf(pair.findings, direction)
          .filter((finding) => finding.direction === direction && finding.role === role)
          .map(({ requirement }) => requirement),
      ),
    );
  return {
    encapsulator,
    decapsulator,
    ...combine(ways.map(assessed)),
    brokenByEncapsulator: broken('encapsulator'),
    brokenByDecapsulator: broken('decapsulator'),
    pairs: distinct(ways.map(({ index }) => index)),
  };
};

const distinct = <Value>(values: readonly Value[]): Value[] => [...new Set(values)];

/** A pair that was not played has one verdict for both directions. */
const assessed = ({ pair, direction }: Way): Assessment => {
  const { verdict, unexpected, reason, n1, n2 } = pair;
  if (pair.traffic.length === 0) return { verdict, unexpected, ...(reason === undefined ? {} : { reason }) };
  return assessDirection({ ...pair, names: { n1, n2 } }, direction);
};
