import { Proto41Error } from '../errors.ts';

type Operator = '>=' | '<=' | '>' | '<' | '=';

interface Comparator {
  readonly operator: Operator;
  readonly version: readonly number[];
}

/** A test of kernel releases, read from text such as `>=5.10 <6.2` or `6.1`. */
export type KernelRange = (release: string) => boolean;

const COMPARATOR = /^(>=|<=|>|<|=)?(\d+(?:\.\d+){0,2})$/;

/**
 * Reads a range: comparators separated by spaces, all of which must hold. A version with fewer than three numbers stands for
 * all that begin with it, so `6.1`, `=6.1` and `<=6.1` hold for 6.1.99, and `>6.1` does not.
 *
 * @throws Proto41Error (`KERNEL_RANGE`) for text that is no range.
 */
export const parseKernelRange = (text: string): KernelRange => {
  const comparators = text
    .replace(/(>=|<=|>|<|=)\s+/g, '$1')
    .split(/\s+/)
    .filter((part) => part !== '')
    .map((part) => parseComparator(part, text));
  if (comparators.length === 0) throw rangeError(text);
  return (release) => {
    const version = releaseNumbers(release);
    return version !== undefined && comparators.every((comparator) => holds(comparator, version));
  };
};

/** The leading numbers of `uname -r`: 6, 1, 0 of `6.1.0-37-cloud-amd64`. Undefined where there are none. */
export const releaseNumbers = (release: string): readonly number[] | undefined => {
  const match = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(release);
  return match?.slice(1).map((digits: string | undefined) => Number(digits ?? 0));
};

const parseComparator = (part: string, text: string): Comparator => {
  const [, operator = '=', version] = COMPARATOR.exec(part) ?? [];
  if (version === undefined) throw rangeError(text);
  // The pattern admits exactly the operators of the type.
  return { operator: operator as Operator, version: version.split('.').map(Number) };
};

const holds = ({ operator, version }: Comparator, release: readonly number[]): boolean => {
  const order = compare(release, version);
  if (operator === '>=') return order >= 0;
  if (operator === '<=') return order <= 0;
  if (operator === '>') return order > 0;
  return operator === '<' ? order < 0 : order === 0;
};

/** As far as the bound goes: what it leaves out, it does not compare. */
const compare = (a: readonly number[], b: readonly number[]): number => {
  for (const [index, right] of b.entries()) {
    const difference = (a[index] ?? 0) - right;
    if (difference !== 0) return difference;
  }
  return 0;
};

const rangeError = (text: string): Proto41Error =>
  new Proto41Error(`Expected a kernel range such as ">=5.10 <6.2" or "6.1", found ${JSON.stringify(text)}`, {
    code: 'KERNEL_RANGE',
  });
