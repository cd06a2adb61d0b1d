/**
 * Makes the labelled captures in `captures/`: for each requirement that a rule judges, a good and a bad one, from the reference and its
 * faults, cut down to the frames that show it.
 *
 *     npm run corpus
 */
import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
import { cutBad, cutGood, type Cut, type LabelledCapture } from './check/cut-capture.ts';

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

const BY_CONTENT =
  'check pairs packets by their content, so one that was changed like this has no pair; a run knows it by its mark';
/** Requirements that no capture can show to `check`, and why. */
const UNSHOWN: Readonly<Record<string, string>> = {
  'decap.basic': 'the rule looks at the port that packets come out of, which no fault of the reference changes',
  'decap.inner-unchanged': BY_CONTENT,
  'decap.one-level-only': BY_CONTENT,
  'fragment.inner-never-added': BY_CONTENT,
  'fragment.inner-transit': BY_CONTENT,
  'ipv6.transit-not-examined': BY_CONTENT,
  'kubernetes.no-nat': BY_CONTENT,
  'mtu.inner-ptb-transparent': BY_CONTENT,
};
const UNKNOWN_REASON = 'no fault of the reference shows it to check under the profiles of the corpus';
/** Faults of other requirements that violate this one, too. */
const ALIKE: Readonly<Record<string, readonly Attempt[]>> = {
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

interface Label {
  readonly requirement: string;
  readonly profile: string;
  readonly good: LabelledCapture & { readonly file: string; readonly case: string };
  readonly bad: LabelledCapture & { readonly file: string; readonly case: string; readonly fault: string };
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
  if (requirement === undefined || id in UNSHOWN) return undefined;
  for (const { profile, fault, globs } of attemptsFor(requirement)) {
    if (!known.has(fault)) continue;
    for (const { caseName, bytes } of await evidenceOf([fault], profile, globs)) {
      const bad = await cutBad(bytes, profile, id);
      if (bad === undefined) continue;
      const good = await goodCapture(id, profile, caseName, globs);
      if (good === undefined) continue;
      await writeFile(join(FOLDER, `${id}.good.pcapng`), good.cut.bytes);
      await writeFile(join(FOLDER, `${id}.bad.pcapng`), bad.bytes);
      return {
        requirement: id,
        profile,
        good: { file: `${id}.good.pcapng`, case: good.caseName, ...good.cut.label },
        bad: { file: `${id}.bad.pcapng`, case: caseName, fault, ...bad.label },
      };
    }
  }
  return undefined;
}

/** From the case that shows the fault, if that will do; of a rule that judges nothing but violations, a capture without one. */
async function goodCapture(
  id: string,
  profile: string,
  caseName: string,
  globs: readonly string[],
): Promise<{ cut: Cut; caseName: string } | undefined> {
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

await rm(FOLDER, { recursive: true, force: true });
await mkdir(FOLDER, { recursive: true });
const missing: { requirement: string; reason: string }[] = [];
for (const id of ruleIds) {
  const made = await label(id);
  if (made === undefined) missing.push({ requirement: id, reason: UNSHOWN[id] ?? UNKNOWN_REASON });
  else await writeFile(join(FOLDER, `${id}.json`), `${JSON.stringify(made, undefined, 2)}\n`);
  process.stdout.write(
    `${id}: ${made === undefined ? (UNSHOWN[id] ?? UNKNOWN_REASON) : `${made.profile}, ${made.bad.fault}`}\n`,
  );
}
await writeFile(join(FOLDER, 'missing.json'), `${JSON.stringify(missing, undefined, 2)}\n`);
