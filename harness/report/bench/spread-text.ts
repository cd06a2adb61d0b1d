import type { Spread } from '../../bench/result.ts';
import { shortNumber } from '../plot/figure.ts';

/** `12.3k (12.1k to 12.4k)`: the median and its interval, where there is more than one value. */
export const spreadText = ({ median, low, high, values }: Spread, unit = 1): string => {
  const text = shortNumber(median / unit);
  return values.length < 2 ? text : `${text} (${shortNumber(low / unit)} to ${shortNumber(high / unit)})`;
};
