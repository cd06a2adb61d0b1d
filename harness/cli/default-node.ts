import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeName } from '../node/node.ts';
import { MANIFEST_FILE, REFERENCE, TARGETS_FOLDER } from '../target/built-in.ts';
import { splitFaults } from './reference-faults.ts';
import { parseManifest, type TargetKind } from '../target/manifest.ts';

const NODE_OF_KIND: Readonly<Record<TargetKind, NodeName>> = {
  module: 'memory',
  script: 'vm',
  process: 'netns',
  image: 'docker',
};

/** Where a target runs when nobody says where. */
export const defaultNode = (target: string): NodeName => NODE_OF_KIND[kindOf(splitFaults(target).target)];

/** What is no target, or not a valid one, gets its error when it is loaded. */
const kindOf = (target: string): TargetKind => {
  if (target === REFERENCE.name) return 'module';
  for (const folder of [join(TARGETS_FOLDER, target), target]) {
    const file = join(folder, MANIFEST_FILE);
    try {
      return parseManifest(file, readFileSync(file, 'utf8')).kind;
    } catch {
      continue;
    }
  }
  return 'script';
};
