import type { FieldDifference } from '../packet/field-diff.ts';
import { tableLines } from './layout.ts';

/** The differing bytes of a packet by field name, as a small table; the hex column is there where it says more than the text. */
export const differenceLines = (differences: readonly FieldDifference[]): string[] =>
  tableLines({
    header: ['field', 'offset', 'expected', 'found', 'bytes'],
    rows: differences.map((each) => [
      `${each.layer}.${each.field}`,
      String(each.offset),
      each.expectedText,
      each.actualText,
      saysMore(each) ? `${each.expectedHex} > ${each.actualHex === '' ? '-' : each.actualHex}` : '',
    ]),
    numeric: [1],
  });

const saysMore = ({ expectedHex, actualHex, expectedText, actualText }: FieldDifference): boolean =>
  !expectedText.includes(expectedHex) || !actualText.includes(actualHex);
