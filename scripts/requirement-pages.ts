import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { CoverageEntry } from '../harness/cli/lists/coverage-facts.ts';
import { clauseUri } from '../harness/report/clause-uri.ts';
import { AREAS, sourcesText, type Area, type Requirement } from '../harness/runner/requirement.ts';
import { requirements } from '../suites/catalogue/index.ts';
import { currentCoverage } from './coverage.ts';

/** What each area is about, for the table of the first page. */
const AREA_TITLES: Readonly<Record<Area, string>> = {
  address: 'Embedding of IPv4 addresses, and what may not be embedded',
  bench: 'Measurements',
  config: 'What can be configured',
  decap: 'Taking packets out of the tunnel, and refusing those that must not come out',
  'dscp-ecn': 'Type of Service, DSCP and congestion marks',
  encap: 'The outer header',
  fragment: 'Outer fragments and their reassembly',
  gre: 'GRE framing',
  'hop-limit': 'TTL and Hop Limit',
  icmp4: 'ICMPv4 errors from the underlay',
  icmp6: 'ICMPv6 errors to the pods',
  ip6ip6: 'IPv6 in IPv6',
  ipv6: 'IPv6 forwarding',
  kubernetes: 'A Kubernetes node',
  loop: 'Packets that must not go round',
  mtu: 'MTU, DF and path MTU discovery',
  neighbour: 'Neighbour discovery on the tunnel',
  security: 'Filters against spoofed packets',
  stateless: 'No state that grows',
  udp: 'FOU and GUE',
};

export const pagesFolder = fileURLToPath(new URL('../docs/', import.meta.url));

/** Every page by its path below docs/: one with a table of all requirements, and one for each area. */
export const requirementPages = async (): Promise<ReadonlyMap<string, string>> => {
  const coverage = new Map(currentCoverage().requirements.map((entry) => [entry.requirement, entry]));
  const pages = new Map([['requirements.md', indexPage(coverage)]]);
  for (const area of AREAS) {
    const own = requirements.filter((each) => each.area === area);
    pages.set(`requirements/${area}.md`, areaPage(area, own, coverage));
  }
  const config = await resolveConfig(pagesFolder);
  const formatted = [...pages].map(async ([path, text]): Promise<[string, string]> => [
    path,
    await format(text, { ...config, parser: 'markdown' }),
  ]);
  return new Map(await Promise.all(formatted));
};

type Coverage = ReadonlyMap<string, CoverageEntry>;

const HINT = '<!-- Made by npm run docs:requirements from suites/catalogue; changes made here are lost. -->';

const indexPage = (coverage: Coverage): string => {
  const rows = AREAS.map((area) => {
    const own = requirements.filter((each) => each.area === area);
    const checked = own.filter(({ id }) => isChecked(coverage.get(id)));
    return `| [${area}](requirements/${area}.md) | ${AREA_TITLES[area]} | ${String(own.length)} | ${String(checked.length)} |`;
  });
  const checked = requirements.filter(({ id }) => isChecked(coverage.get(id))).length;
  return [
    '# What is demanded',
    HINT,
    'Every requirement of the catalogue, with the sections of the standards that it comes from, what a case does, what it expects, and the ' +
      'faults that prove that the case can fail. The wording is ours; the RFCs are the authority.',
    [
      '| area | about | requirements | checked |',
      '| --- | --- | ---: | ---: |',
      ...rows,
      `| all | | ${String(requirements.length)} | ${String(checked)} |`,
    ].join('\n'),
    '## Reading an entry',
    [
      '- **Level**: MUST, SHOULD and MAY as RFC 2119 has them; *behaviour* is what a standard describes without such a word, *policy* what an ' +
        'implementation may choose and has to declare. A violated MUST or behaviour fails, a violated SHOULD warns (`--strict` makes it fail).',
      '- **Checked by**: cases, which send packets, and rules, which read every frame of every case and of captures.',
      '- **Linux**: what the driver `sit` of the kernel does, and how that is known.',
    ].join('\n'),
    '',
  ].join('\n\n');
};

const isChecked = (entry: CoverageEntry | undefined): boolean =>
  entry !== undefined && (entry.cases.length > 0 || entry.rule || isMeasured(entry));

/** No case can judge it, but the measurements do. */
const isMeasured = (entry: CoverageEntry | undefined): boolean => entry?.requirement.startsWith('bench.') === true;

const areaPage = (area: Area, own: readonly Requirement[], coverage: Coverage): string =>
  [
    `# ${area}: ${AREA_TITLES[area]}`,
    HINT,
    '[All areas](../requirements.md)',
    ...own.map((requirement) => section(requirement, coverage.get(requirement.id))),
    '',
  ].join('\n\n');

const section = (requirement: Requirement, entry: CoverageEntry | undefined): string => {
  const { id, title, level, statement, stimulus, expect, violation, faults, linuxSit, notes } = requirement;
  return [
    `## <a id="${id}"></a>${prose(title)}`,
    `\`${id}\` · ${level} · ${sources(requirement)}`,
    prose(statement),
    [
      `- **A case does:** ${prose(stimulus)}`,
      `- **It expects:** ${prose(expect)}`,
      `- **A violation is:** ${prose(violation)}`,
      `- **Profiles:** ${profiles(requirement)}`,
      `- **Checked by:** ${checkedBy(entry)}`,
      `- **Linux:** ${prose(linuxSit.behaviour)} (${linuxSit.verdict}, from ${EVIDENCE[linuxSit.evidence]})`,
      ...(notes === undefined ? [] : [`- **Note:** ${prose(notes)}`]),
    ].join('\n'),
    ...(faults.length === 0
      ? []
      : [
          'Faults that break it:',
          faults.map(({ name, defect }) => `- \`${name}\`: ${prose(defect)}${lacks(entry, name)}`).join('\n'),
        ]),
  ].join('\n\n');
};

const EVIDENCE = { measured: 'a measurement', source: 'its source', memory: 'memory' } as const;

const sources = (requirement: Requirement): string => {
  const links = requirement.sources.map((source) => {
    const text = sourcesText({ ...requirement, sources: [source] });
    const uri = clauseUri(text);
    return uri === undefined ? prose(text) : `[${prose(text)}](${uri})`;
  });
  return `${links.join(', ')}${requirement.sectionChecked ? '' : ' (sections cited without the text at hand)'}`;
};

const profiles = ({ profiles: listed, switch: name, switchValues }: Requirement): string => {
  const named = listed.includes('all') ? 'all' : listed.map((profile) => `\`${profile}\``).join(', ');
  return name === null
    ? named
    : `${named}; with \`${name}\` ${switchValues.map((value) => `\`${value}\``).join(' or ')}`;
};

const checkedBy = (entry: CoverageEntry | undefined): string => {
  const cases = (entry?.cases ?? []).map((id) => `\`${id}\``);
  const all = [...cases, ...(entry?.rule === true ? ['a rule that reads every frame'] : [])];
  if (all.length > 0) return all.join(', ');
  return isMeasured(entry)
    ? `the command \`bench\`, which measures`
    : `nothing: ${prose(entry?.none ?? 'no case yet')}`;
};

const lacks = (entry: CoverageEntry | undefined, fault: string): string =>
  entry?.faultsNotInReference?.includes(fault) === true ? ' (not in the reference)' : '';

/** Text in which nothing is markup. */
const prose = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|]/g, '\\$&')
    .replace(/\s+/g, ' ');
