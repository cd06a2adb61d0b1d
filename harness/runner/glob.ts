const SPECIAL = /[.+^$()|[\]\\/]/g;

/**
 * A matcher for ids and profile texts: `*` stands for any characters, `?` for one, `{a,b}` for alternatives. Anything else
 * stands for itself, brackets included, because profile texts are full of characters that file globs give a meaning to.
 */
export const globMatcher = (glob: string): ((text: string) => boolean) => {
  const pattern = new RegExp(`^${translate(glob)}$`, 'su');
  return (text) => pattern.test(text);
};

const translate = (glob: string): string => {
  const balanced = /^[^{}]*(\{[^{}]*\}[^{}]*)*$/.test(glob);
  let depth = 0;
  return Array.from(glob)
    .map((character) => {
      if (character === '*') return '.*';
      if (character === '?') return '.';
      if (character === '{' && balanced) depth += 1;
      if (character === ',' && depth > 0) return '|';
      if (character === '{') return balanced ? '(?:' : '\\{';
      if (character === '}' && balanced) depth -= 1;
      if (character === '}') return balanced ? ')' : '\\}';
      return character.replace(SPECIAL, '\\$&');
    })
    .join('');
};

/** A glob without `/` speaks of requirements and so means every variant of their cases; one with `/` speaks of cases. */
export const caseMatcher = (glob: string): ((caseId: string) => boolean) => {
  const matches = globMatcher(glob);
  if (glob.includes('/')) return matches;
  return (caseId) => matches(caseId) || matches(caseId.split('/')[0] ?? caseId);
};
