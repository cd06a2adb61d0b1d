import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EVIDENCE_FOLDER, profileSlug } from '../runner/evidence.ts';
import type { PairLinks } from './links.ts';
import type { PairPlan } from './end-spec.ts';

/** Writes the capture of a pair. Returns its name relative to the output folder. */
export const writePairEvidence = async (
  outFolder: string,
  { n1, n2 }: PairPlan,
  profileName: string,
  links: PairLinks,
): Promise<string> => {
  const ends = [n1, n2].map(({ name }) => profileSlug(name)).join('--');
  const name = `${EVIDENCE_FOLDER}/interop.${ends}.${profileSlug(profileName)}.pcapng`;
  await mkdir(join(outFolder, EVIDENCE_FOLDER), { recursive: true });
  await links.writeFile(join(outFolder, name), [`interop: N1 is ${n1.name}, N2 is ${n2.name}, profile ${profileName}`]);
  return name;
};
