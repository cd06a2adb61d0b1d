import type { Spread } from '../../bench/result.ts';
import { shortNumber } from '../plot/figure.ts';

/** `12.3k (12.1k to 12.4k)`: the median and its interval, where there is one. */
export const spreadText = ({ median, low, high }: Pick<Spread, 'median' | 'low' | 'high'>, unit = 1): string => {
  const text = shortNumber(median / unit);
  return low === high ? text : `${text} (${shortNumber(low / unit)} to ${shortNumber(high / unit)})`;
};
