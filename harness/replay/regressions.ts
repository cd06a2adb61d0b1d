/** Regression cases that are kept as data: a capture with its finding, beside a label. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { Area } from '../runner/case.ts';
import type { TestContext } from '../tester/context.ts';
import type { SetupChanges } from '../tester/setup-changes.ts';
import { parseProfile } from '../profile/index.ts';
import { Comparison } from './compare.ts';
import { play } from './play.ts';
import { loadCapture, recordingOf, type OriginalFinding, type Recording } from './recording.ts';
import { ReplayError } from './replay-error.ts';
import { saveRecording } from './save.ts';

/** Below the working folder, so that a project keeps its own. */
export const REGRESSIONS_FOLDER = join('captures', 'regressions');

const labelSchema = v.object({
  requirement: v.string(),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected a name in kebab case')),
  profile: v.string(),
  /** The set-up, as a case would ask for it. */
  setup: v.record(v.string(), v.unknown()),
  expected: v.string(),
  actual: v.string(),
});

/** Writes the capture and its label. Throws ReplayError for a name that is taken or no name. Returns the id of the case. */
export const saveRegression = async (
  folder: string,
  recording: Recording,
  finding: OriginalFinding,
  name: string,
): Promise<string> => {
  const { requirement, expected, actual } = finding;
  const label = { requirement, name, profile: recording.profileText, setup: recording.changes, expected, actual };
  const checked = v.safeParse(labelSchema, label);
  if (!checked.success) throw new ReplayError(`import --name ${name}: ${checked.issues[0].message}, found ${name}`);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).includes(`${name}.json`))
    throw new ReplayError(`import --name ${name}: expected a new name, found ${join(folder, name)}.json`);
  await saveRecording(join(folder, `${name}.pcapng`), { ...recording, findings: [finding], isWholeCase: false });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(label, null, 2)}\n`);
  return `${requirement}/${name}`;
};

/** The cases of a folder; none when there is no such folder. Throws ReplayError (exit 2) for a label that cannot be read. */
export const regressionArea = async (folder: string): Promise<Area> => {
  const area = new Area('regressions');
  for (const file of (await filesIn(folder)).filter((each) => each.endsWith('.json')).toSorted()) {
    const path = join(folder, file);
    const label = await readLabel(path);
    const { text } = parseProfile(label.profile);
    area.case(
      label.requirement,
      {
        variant: label.name,
        // Written by the same program from a set-up that a test bed took.
        setup: label.setup as SetupChanges,
        notFor: (profile) => (profile.text === text ? undefined : `recorded under ${text}`),
      },
      (context) => runRegression(context, path.replace(/\.json$/, '.pcapng')),
    );
  }
  return area;
};

const runRegression = async (context: TestContext, file: string): Promise<void> => {
  const recording = recordingOf(await loadCapture(file));
  if (recording === undefined) throw new ReplayError(`${file}: expected a capture that import has written`);
  const played = await play(context, recording);
  if (played.refused !== undefined) context.skip(`The target does not support a set-up of it: ${played.refused}`);
  await doubtUnlessAlive(context);
  const comparison = new Comparison(recording, played);
  for (const finding of recording.findings) {
    // What a rule found the rules of the run find again, if it is there.
    const state = finding.by === 'rule' ? 'gone' : comparison.compare(finding, []).state;
    const [frame] = finding.by === 'rule' ? [] : comparison.decisiveNow(finding, played.frames);
    if (state === 'still there')
      context.violation(finding.expected, finding.actual, frame === undefined ? {} : { frame });
    else context.expectEqual('the recorded defect comes again', false, false);
  }
};

/** A DUT that says nothing at all does nothing wrong either. */
const doubtUnlessAlive = async (context: TestContext): Promise<void> => {
  const out = context.fromPod();
  const into = context.fromTunnel();
  const seen = await context.exchange(out, into);
  if (seen.of(out).length + seen.of(into).length === 0)
    context.doubt('No good packet comes out of the DUT, so that the absence of the recorded defect proves nothing');
};

const readLabel = async (path: string): Promise<v.InferOutput<typeof labelSchema>> => {
  try {
    return v.parse(labelSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ReplayError(`${path}: expected the label of a regression case, found: ${message}`, error);
  }
};

const filesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
};
