import { grouped } from '../grouped.ts';
import type { Configuration, RunResult } from '../runner/result.ts';

const wordsOf = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');

/** What the target declares for what the profiles leave open: `hopByHop=process (overlay, 6in4)`, one line for each set of policies. */
export const policyLines = ({ configurations = [] }: RunResult): readonly string[] => {
  const declared = configurations.filter(({ policies }) => Object.keys(policies).length > 0);
  return [...grouped(declared, ({ policies }) => wordsOf(policies))].map(
    ([words, same]) => `${words} (${same.map(({ profile }) => profile).join(', ')})`,
  );
};

/** Every switch of a profile as it was run. */
export const switchWords = ({ switches }: Configuration): string => wordsOf(switches);
