/** Which part of the project may import which: one direction, from the bytes up to the command line. */

/** Parts in the order of their height: a part imports its own height and what is below, never what is above. */
const HEIGHT: Readonly<Record<string, number>> = {
  'harness/address': 0,
  'harness/packet': 0,
  'harness/profile': 1,
  'harness/capture': 1,
  'harness/wire': 2,
  'harness/target': 3,
  'harness/lab': 3,
  'harness/node': 4,
  'harness/reference': 4,
  'harness/rules': 4,
  'harness/tester': 5,
  'harness/runner': 5,
  suites: 6,
  'harness/interop': 6,
  'harness/report': 6,
  'harness/plan': 6,
  'harness/bench': 6,
  'harness/check': 6,
  'harness/replay': 6,
  'harness/cli': 7,
  'command-line.ts': 8,
  'index.ts': 8,
  targets: 8,
  'run.ts': 8,
  bin: 9,
};

/** Parts that may import only these, besides themselves and what every part may import. */
const ONLY: Readonly<Record<string, readonly string[]>> = {
  'harness/address': [],
  'harness/packet': ['harness/address'],
  'harness/rules': ['harness/packet', 'harness/address', 'harness/profile', 'harness/lab'],
  suites: [
    'harness/runner',
    'harness/packet',
    'harness/address',
    'harness/rules',
    'harness/profile',
    'harness/lab',
    'harness/tester',
  ],
};

/** The only parts that may know the reference: whatever judges must not share code with what can be judged. */
const KNOWS_THE_REFERENCE = ['harness/reference', 'harness/node', 'harness/cli', 'targets', 'run.ts'];

/**
 * What is wrong with one import between two files of the project, or undefined.
 *
 * @param from the importing file, relative to the repository
 * @param to the imported file, relative to the repository
 */
export function importViolation(from: string, to: string): string | undefined {
  const importer = partOf(from);
  const imported = partOf(to);
  const complaint = (reason: string): string => `${from} imports ${to}: ${reason}`;

  if (importer === 'tests' || importer === 'scripts' || importer === imported) return undefined;
  if (imported === 'tests') return complaint('only tests import tests');
  if (importer === 'harness') {
    return imported === 'scripts' ? undefined : complaint('the files directly in harness/ are below every part');
  }
  if (imported === 'harness') return undefined;
  if (importer === 'harness/reference' && to.startsWith('harness/address/mapping/')) {
    return complaint('the reference has its own address mapping; sharing it would hide its mistakes');
  }
  if (imported === 'harness/reference' && !KNOWS_THE_REFERENCE.includes(importer)) {
    return complaint(`only ${KNOWS_THE_REFERENCE.join(', ')} and tests know the reference`);
  }
  const allowed = ONLY[importer];
  if (allowed !== undefined && !allowed.includes(imported)) {
    return complaint(`${importer} imports only ${[...allowed, 'harness/*.ts'].join(', ')}`);
  }
  // The table of what the machine needs, shared with the command that reports it.
  if (imported === 'scripts')
    return importer === 'harness/cli' ? undefined : complaint('only harness/cli imports scripts');

  const importerHeight = HEIGHT[importer];
  const importedHeight = HEIGHT[imported];
  if (importerHeight === undefined) return complaint(`"${importer}" has no place in tests/support/import-rules.ts`);
  if (importedHeight === undefined) return complaint(`"${imported}" has no place in tests/support/import-rules.ts`);
  return importedHeight > importerHeight ? complaint(`${imported} is above ${importer}`) : undefined;
}

/** `harness/packet/ipv4.ts` is part of `harness/packet`, `harness/errors.ts` of `harness`, `suites/x/y.ts` of `suites`. */
function partOf(path: string): string {
  const [first = '', second, third] = path.split('/');
  return first === 'harness' && second !== undefined && third !== undefined ? `${first}/${second}` : first;
}
