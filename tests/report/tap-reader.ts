/** A reader of TAP 14 for tests: strict about what our reports use, and ignorant of the rest. */
export interface TapPoint {
  readonly ok: boolean;
  readonly number: number;
  readonly description: string;
  readonly directive: string;
  readonly yaml: readonly string[];
}

export interface TapDocument {
  readonly plan: number;
  readonly points: readonly TapPoint[];
  readonly bailOut: string | undefined;
}

const POINT = /^(not )?ok (\d+) - ((?:[^\\#]|\\[\\#])*?)(?: # (TODO|SKIP) (.*))?$/;
const YAML_LINE =
  /^ *(?:- )?(?:[a-z_]+:(?: (?:"(?:[^"\\\p{Cc}]|\\["\\/bfnrt]|\\u[0-9a-f]{4})*"|[\d.]+))?|"(?:[^"\\]|\\.)*")$/u;

/** Throws on anything that is not TAP 14 as we write it. */
export const readTap = (text: string): TapDocument => {
  const [version, planLine = '', ...lines] = text.split('\n');
  if (version !== 'TAP version 14') throw new Error(`no version line: ${String(version)}`);
  const plan = /^1\.\.(\d+)(?: # SKIP .*)?$/.exec(planLine)?.[1];
  if (plan === undefined) throw new Error(`no plan: ${planLine}`);
  if (lines.pop() !== '') throw new Error('no line end at the end');
  const points: TapPoint[] = [];
  let bailOut: string | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line.startsWith('Bail out!')) {
      bailOut = line;
      continue;
    }
    const match = POINT.exec(line);
    if (match === null) throw new Error(`not a test point: ${JSON.stringify(line)}`);
    const yaml: string[] = [];
    if (lines[index + 1] === '  ---') {
      for (index += 2; lines[index] !== '  ...'; index += 1) {
        const yamlLine = lines[index];
        if (yamlLine === undefined || !YAML_LINE.test(yamlLine))
          throw new Error(`not YAML as we write it: ${JSON.stringify(yamlLine)}`);
        yaml.push(yamlLine);
      }
    }
    const [, not, number, description = '', kind, reason] = match;
    points.push({
      ok: not === undefined,
      number: Number(number),
      description,
      directive: kind === undefined ? '' : `${kind} ${String(reason)}`,
      yaml,
    });
  }
  return { plan: Number(plan), points, bailOut };
};
