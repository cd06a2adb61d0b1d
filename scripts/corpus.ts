/**
 * Makes the labelled captures in `captures/`: for each requirement that a rule judges, a good and a bad one, from the reference and its
 * faults, cut down to the frames that show it.
 *
 *     npm run corpus                   # all of them
 *     npm run corpus -- decap.basic    # only those of the requirements named
 */
import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CapturedFrame } from '../harness/capture/index.ts';
import { startMemoryNode } from '../harness/node/memory/index.ts';
import { parseProfile } from '../harness/profile/index.ts';
import { ruleIds } from '../harness/rules/index.ts';
import { FAULTS } from '../harness/reference/faults/index.ts';
import { createRegistry } from '../harness/runner/registry.ts';
import { SelectionError } from '../harness/runner/select-cases.ts';
import type { Requirement } from '../harness/runner/requirement.ts';
import { runSuite } from '../harness/runner/run-suite.ts';
import { createTestbed } from '../harness/tester/testbed.ts';
import { areas } from '../suites/index.ts';
import { requirements } from '../suites/catalogue/index.ts';
import { cutBad, cutGood, editCapture, type Cut, type LabelledCapture } from './check/cut-capture.ts';

const FOLDER = fileURLToPath(new URL('../captures', import.meta.url));
const SEED = 'corpus';
const PROFILES = [
  'overlay',
  '6to4',
  '6in4',
  '6in4,mtu=static:1280',
  '6rd:2001:db8:8000::/33+192.0.0.0/8',
  'overlay,encap=fou:3544',
  'overlay,encap=fou:3544,udpChecksum=on',
  'overlay,encap=fou:3544,sourcePort=fixed',
  'gue',
  'gre',
  'ip6ip6',
  '6rd-br',
  '6rd-br,brAddress=anycast',
];
/** Where a requirement has no case of its own, these show what a node does with ordinary packets. */
const ORDINARY_CASES = ['encap.exactly-once*', 'decap.basic*', 'encap.total-length*', 'fragment.encap-train*', 'udp.*'];

/** Violations that no fault of the reference commits, made by hand in the good capture of a case. */
const EDITED: Readonly<Record<string, Edit>> = {
  'decap.basic': {
    what: 'what came out on port P moved to port U',
    profile: 'overlay',
    globs: ['decap.basic*'],
    edit: (frame) =>
      frame.interfaceName === 'P' && frame.direction === 'outbound' ? { ...frame, interfaceName: 'U' } : frame,
  },
};
const UNKNOWN_REASON = 'no fault of the reference shows it to check under the profiles of the corpus';
/** Faults of other requirements that violate this one, too. */
const ALIKE: Readonly<Record<string, readonly Attempt[]>> = {
  'icmp6.error-format': [{ profile: 'overlay', fault: 'ptb-csum', globs: ['mtu.packet-too-big-format*'] }],
  'loop.unusable-outer-destination': [
    { profile: '6to4', fault: 'encap-to-mcast', globs: ['security.encap-embedded-non-global*'] },
  ],
};
/** Faults that the reference really has. */
const known: ReadonlySet<string> = new Set(FAULTS.map(({ name }) => name));

const registry = createRegistry(requirements, areas);
const caseIds = areas.flatMap(({ cases }) => cases.map(({ id }) => id));

interface Attempt {
  readonly profile: string;
  readonly fault: string;
  readonly globs: readonly string[];
}

interface Edit {
  /** In words, for the label. */
  readonly what: string;
  readonly profile: string;
  readonly globs: readonly string[];
  readonly edit: (frame: CapturedFrame) => CapturedFrame;
}

interface Evidence {
  readonly caseName: string;
  readonly bytes: Uint8Array;
}

/** The captures of the cases under a profile; none where no case applies, or the reference cannot run with the fault. */
async function evidenceOf(
  faults: readonly string[],
  profile: string,
  caseGlobs: readonly string[],
): Promise<readonly Evidence[]> {
  const outFolder = await mkdtemp(join(tmpdir(), 'proto41-corpus-'));
  try {
    await runSuite({
      registry,
      target: 'reference',
      probeNonsense: false,
      profiles: [parseProfile(profile)],
      filter: { caseGlobs },
      seed: SEED,
      startSession: () => startMemoryNode({ faults }),
      createTestbed,
      outFolder,
      evidence: 'all',
      toolVersion: 'corpus',
    });
    const names = await readdir(join(outFolder, 'evidence')).catch(() => []);
    return await Promise.all(
      names
        .toSorted((left, right) => left.localeCompare(right))
        .map(async (name) => ({
          caseName: name.split('.').slice(0, 2).join('.').replaceAll('_', '/'),
          bytes: await readFile(join(outFolder, 'evidence', name)),
        })),
    );
  } catch (error) {
    // No case applies to the profile.
    if (error instanceof SelectionError) return [];
    throw error;
  } finally {
    await rm(outFolder, { recursive: true, force: true });
  }
}

type Made = { readonly fault: string } | { readonly edit: string };

interface Label {
  readonly requirement: string;
  readonly profile: string;
  readonly good: LabelledCapture & { readonly file: string; readonly case: string };
  /** Made by a fault of the reference, or by an edit of the good capture. */
  readonly bad: LabelledCapture & Made & { readonly file: string; readonly case: string };
}

/** Faults of the requirement itself, then those of its area, which may violate it as well. */
function attemptsFor(requirement: Requirement): readonly Attempt[] {
  const { id, area } = requirement;
  const own = caseIds.filter((caseId) => caseId === id || caseId.startsWith(`${id}/`));
  const globs = own.length > 0 ? own : ORDINARY_CASES;
  const faults = requirement.faults.map(({ name }) => name);
  const alike = ALIKE[id] ?? [];
  const related = requirements
    .filter((each) => each.area === area)
    .flatMap((each) => each.faults.map(({ name }) => name));
  return [
    ...PROFILES.flatMap((profile) => faults.map((fault) => ({ profile, fault, globs }))),
    ...PROFILES.flatMap((profile) => faults.map((fault) => ({ profile, fault, globs: ORDINARY_CASES }))),
    ...alike,
    ...[...new Set(related)]
      .filter((fault) => !faults.includes(fault))
      .map((fault) => ({ profile: 'overlay', fault, globs })),
  ];
}

async function label(id: string): Promise<Label | undefined> {
  const requirement = requirements.find((each) => each.id === id);
  if (requirement === undefined) return undefined;
  const edit = EDITED[id];
  if (edit !== undefined) return edited(id, edit);
  for (const { profile, fault, globs } of attemptsFor(requirement)) {
    if (!known.has(fault)) continue;
    for (const { caseName, bytes } of await evidenceOf([fault], profile, globs)) {
      const bad = await cutBad(bytes, profile, id);
      if (bad === undefined) continue;
      const good = await goodCapture(id, profile, caseName, globs);
      if (good === undefined) continue;
      return write(id, profile, good, { cut: bad, caseName }, { fault });
    }
  }
  return undefined;
}

async function edited(id: string, { what, profile, globs, edit }: Edit): Promise<Label | undefined> {
  for (const { caseName, bytes } of await evidenceOf([], profile, globs)) {
    const bad = await cutBad(editCapture(bytes, edit), profile, id);
    const good = await cutGood(bytes, profile, id);
    if (bad === undefined || good === undefined) continue;
    return write(id, profile, { cut: good, caseName }, { cut: bad, caseName }, { edit: what });
  }
  return undefined;
}

interface Shown {
  readonly cut: Cut;
  readonly caseName: string;
}

async function write(id: string, profile: string, good: Shown, bad: Shown, made: Made): Promise<Label> {
  const files = { good: `${id}.good.pcapng`, bad: `${id}.bad.pcapng` };
  await writeFile(join(FOLDER, files.good), good.cut.bytes);
  await writeFile(join(FOLDER, files.bad), bad.cut.bytes);
  return {
    requirement: id,
    profile,
    good: { file: files.good, case: good.caseName, ...good.cut.label },
    bad: { file: files.bad, case: bad.caseName, ...made, ...bad.cut.label },
  };
}

/** From the case that shows the fault, if that will do; of a rule that judges nothing but violations, a capture without one. */
async function goodCapture(
  id: string,
  profile: string,
  caseName: string,
  globs: readonly string[],
): Promise<Shown | undefined> {
  const clean = (await evidenceOf([], profile, globs)).toSorted(
    (left, right) => Number(right.caseName === caseName) - Number(left.caseName === caseName),
  );
  for (const requirement of [id, undefined]) {
    for (const evidence of clean) {
      const cut = await cutGood(evidence.bytes, profile, requirement);
      if (cut !== undefined) return { cut, caseName: evidence.caseName };
    }
  }
  return undefined;
}

const named = process.argv.slice(2);
const wanted = named.length === 0 ? ruleIds : ruleIds.filter((id) => named.includes(id));
if (wanted.length < named.length) throw new Error(`expected requirements that a rule judges, found ${named.join(' ')}`);
if (named.length === 0) await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
for (const id of wanted) {
  const made = await label(id);
  if (made !== undefined) await writeFile(join(FOLDER, `${id}.json`), `${JSON.stringify(made, undefined, 2)}\n`);
  process.stdout.write(`${id}: ${made === undefined ? UNKNOWN_REASON : `${made.profile}, ${wordsOf(made.bad)}`}\n`);
}
const labelled = new Set(await readdir(FOLDER));
const missing = ruleIds
  .filter((id) => !labelled.has(`${id}.json`))
  .map((requirement) => ({ requirement, reason: UNKNOWN_REASON }));
await writeFile(join(FOLDER, 'missing.json'), `${JSON.stringify(missing, undefined, 2)}\n`);

function wordsOf(made: Made): string {
  return 'fault' in made ? made.fault : made.edit;
}
