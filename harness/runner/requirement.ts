import type { CatalogueProfile, SwitchName } from '../profile/index.ts';

export const LEVELS = ['MUST', 'MUST NOT', 'behaviour', 'SHOULD', 'SHOULD NOT', 'policy', 'MAY'] as const;
export type Level = (typeof LEVELS)[number];

export const AREAS = [
  'address',
  'bench',
  'config',
  'decap',
  'dscp-ecn',
  'encap',
  'fragment',
  'gre',
  'hop-limit',
  'icmp4',
  'icmp6',
  'ip6ip6',
  'ipv6',
  'kubernetes',
  'loop',
  'mtu',
  'neighbour',
  'security',
  'stateless',
  'udp',
] as const;
export type Area = (typeof AREAS)[number];

export const NEEDS = [
  'two-underlay-ports',
  'jumbo',
  'two-nodes',
  'slow',
  'counters',
  'second-tunnel',
  'restart',
  'reassembly',
] as const;
export type Need = (typeof NEEDS)[number];

/** Where a demand comes from: an RFC with its section, or another document. */
export interface RequirementSource {
  readonly rfc?: number;
  readonly doc?: string;
  readonly section?: string;
}

/** What the Linux kernel's own driver does, and how that is known. */
export interface LinuxBehaviour {
  readonly behaviour: string;
  readonly verdict: 'conforms' | 'deviates' | 'configurable' | 'unknown';
  readonly evidence: 'measured' | 'source' | 'memory';
}

/** One entry of the catalogue: what is demanded, in our own words, with its sources. */
export interface Requirement {
  /** Stable dotted id, e.g. `encap.total-length`. */
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  readonly area: Area;
  readonly sources: readonly RequirementSource[];
  /** False where a section number was cited without the text at hand. */
  readonly sectionChecked: boolean;
  readonly statement: string;
  readonly stimulus: string;
  readonly expect: string;
  readonly violation: string;
  readonly profiles: readonly (CatalogueProfile | 'all')[];
  readonly switch: SwitchName | null;
  readonly switchValues: readonly string[];
  readonly judgedBy: 'passive' | 'active' | 'both-sides';
  readonly needs: readonly Need[];
  readonly priority: 'core' | 'extended';
  readonly linuxSit: LinuxBehaviour;
  readonly faults: readonly { readonly name: string; readonly defect: string }[];
  readonly notes?: string;
  /** Why no case can judge it on the wire. */
  readonly noCase?: string;
}

export type LevelClass = 'must' | 'should' | 'may';

/** What a violation of a level amounts to: a failure, a warning, or a note (catalogue, "Severity"). */
export const levelClass = (level: Level): LevelClass => {
  if (level === 'SHOULD' || level === 'SHOULD NOT') return 'should';
  return level === 'MAY' ? 'may' : 'must';
};

/** `RFC 4213 §3.5, RFC 791 §3.1`, for people. */
export const sourcesText = (requirement: Requirement): string =>
  requirement.sources
    .map(({ rfc, doc, section }) => {
      const document = rfc === undefined ? (doc ?? 'unnamed document') : `RFC ${String(rfc)}`;
      return section === undefined || section === '' ? document : `${document} §${section}`;
    })
    .join(', ');
