import { BenchError } from '../bench-error.ts';
import { BENCH_MODES, type BenchMode } from '../result.ts';

/** A throughput that is demanded. */
export interface Floor {
  readonly kind: 'rate' | 'ratio';
  readonly value: number;
  /** All that were measured unless given; the baseline itself has none. */
  readonly mode?: BenchMode;
  readonly frameSizeBytes?: number;
  readonly source: string;
}

const SYNTAX =
  'a rate (20000), or a ratio to native forwarding (0.5x, 50%), behind [mode][@size]= where it is not for everything, e.g. encap@84=0.5x';

const PATTERN = /^(?:(?<mode>[a-z]+)?(?:@(?<size>\d+))?=)?(?<value>\d+(?:\.\d+)?)(?<unit>x|%)?$/;

/** Reads the value of `--floor`. @throws BenchError */
export const parseFloor = (text: string): Floor => {
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined) throw new BenchError(`expected ${SYNTAX}, found ${JSON.stringify(text)}`);
  const { mode, size, value, unit } = groups;
  const known = BENCH_MODES.find((each) => each === mode);
  if (mode !== undefined && (known === undefined || known === 'native'))
    throw new BenchError(
      `expected encap, decap, both or mixed before @ or =, found ${JSON.stringify(mode)} in ${text}`,
    );
  const number = Number(value) / (unit === '%' ? 100 : 1);
  if (!(number > 0)) throw new BenchError(`expected a floor above zero, found ${JSON.stringify(text)}`);
  return {
    kind: unit === undefined ? 'rate' : 'ratio',
    value: number,
    ...(known === undefined ? {} : { mode: known }),
    ...(size === undefined ? {} : { frameSizeBytes: Number(size) }),
    source: `--floor ${text}`,
  };
};
