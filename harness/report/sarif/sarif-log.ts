import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { levelClass, type Level } from '../../runner/requirement.ts';
import { EXIT } from '../../runner/exit-code.ts';
import { printableJson, relativeUri } from '../escape.ts';
import { clauseUri } from '../clause-uri.ts';

/** As many as the largest service that reads SARIF takes of one run. */
const MOST_RESULTS = 25_000;
const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** What SARIF says of a requirement. */
export interface SarifRule {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** `RFC 4213 §3.5, RFC 791 §3.1`. */
  readonly sources: string;
  readonly statement: string;
}

export type SarifLevel = 'error' | 'warning' | 'note' | 'none';

export interface SarifPlace {
  readonly uri: string;
  readonly region?: { readonly byteOffset: number; readonly byteLength: number };
}

export interface SarifFinding {
  readonly requirement: string;
  /** That of the requirement unless given. */
  readonly level?: SarifLevel;
  /** `fail` unless given; `open` is for what could not be decided. */
  readonly kind?: 'fail' | 'open';
  readonly message: string;
  readonly place?: SarifPlace;
  /** What it is about inside the file: a frame, a field, a case. */
  readonly about: { readonly name: string; readonly fullName: string };
  /** Stays the same from run to run, so that a service can tell what is new. */
  readonly fingerprint?: string;
  /** Why it is known and accepted. */
  readonly accepted?: string;
  readonly properties?: Readonly<Record<string, string>>;
}

export interface SarifNotification {
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly code?: string;
  readonly place?: { readonly uri: string; readonly byteOffset: number };
}

/** A log of SARIF 2.1.0 (OASIS) with one run. Results are kept until the end, because the format is one object; there are at most 25,000. */
export class SarifLog {
  readonly #ruleOf: (id: string) => SarifRule | undefined;
  readonly #toolVersion: string;
  readonly #results: unknown[] = [];
  readonly #rules = new Map<string, number>();
  readonly #notifications: unknown[] = [];
  #dropped = 0;

  constructor(toolVersion: string, ruleOf: (id: string) => SarifRule | undefined) {
    this.#toolVersion = toolVersion;
    this.#ruleOf = ruleOf;
  }

  /** Whether there is room for one more; one for which there is none is counted. */
  takes(): boolean {
    if (this.#results.length < MOST_RESULTS) return true;
    this.#dropped++;
    return false;
  }

  add(finding: SarifFinding): void {
    const { requirement, kind = 'fail', message, place, about, fingerprint, accepted, properties } = finding;
    const ruleIndex = this.#rules.get(requirement) ?? this.#rules.size;
    this.#rules.set(requirement, ruleIndex);
    this.#results.push({
      ruleId: requirement,
      ruleIndex,
      ...(kind === 'fail' ? {} : { kind }),
      level: kind === 'fail' ? (finding.level ?? levelOf(this.#ruleOf(requirement))) : 'none',
      message: { text: plainText(message) },
      locations: [
        {
          ...(place === undefined ? {} : { physicalLocation: physicalLocation(place) }),
          logicalLocations: [{ name: about.name, kind: 'element', fullyQualifiedName: about.fullName }],
        },
      ],
      ...(fingerprint === undefined ? {} : { partialFingerprints: { 'proto41/v1': fingerprint } }),
      ...(accepted === undefined ? {} : { suppressions: [{ kind: 'external', justification: accepted }] }),
      ...(properties === undefined ? {} : { properties }),
    });
  }

  notify({ level, message, code, place }: SarifNotification): void {
    this.#notifications.push({
      level,
      ...(code === undefined ? {} : { descriptor: { id: code } }),
      message: { text: plainText(message) },
      ...(place === undefined
        ? {}
        : {
            locations: [
              {
                physicalLocation: { artifactLocation: { uri: place.uri }, region: { byteOffset: place.byteOffset } },
              },
            ],
          }),
    });
  }

  text(exitCode: number): string {
    if (this.#dropped > 0) {
      const message = `${this.#dropped} further findings are left out: a run has at most ${MOST_RESULTS} results`;
      this.notify({ level: 'warning', message });
    }
    const sarif = {
      $schema: SCHEMA,
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: { name: 'proto41', version: this.#toolVersion, rules: [...this.#rules.keys()].map(this.#rule) },
          },
          columnKind: 'unicodeCodePoints',
          invocations: [
            {
              executionSuccessful: exitCode !== EXIT.usage && exitCode !== EXIT.notStarted,
              exitCode,
              ...(this.#notifications.length === 0 ? {} : { toolExecutionNotifications: this.#notifications }),
            },
          ],
          results: this.#results,
        },
      ],
    };
    return `${printableJson(sarif)}\n`;
  }

  readonly #rule = (id: string): unknown => {
    const rule = this.#ruleOf(id);
    if (rule === undefined) return { id };
    const { title, statement, level, sources } = rule;
    const helpUri = clauseUri(sources);
    return {
      id,
      shortDescription: { text: title },
      fullDescription: { text: statement },
      help: { text: `${level}, ${sources}: ${statement}` },
      ...(helpUri === undefined ? {} : { helpUri }),
      defaultConfiguration: { level: levelOf(rule) },
    };
  };
}

/** As SARIF wants text that is no template (section 3.11.5), and without what would be an embedded link (3.11.6). */
const plainText = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}').replaceAll('](', '] (');

const physicalLocation = ({ uri, region }: SarifPlace): unknown => ({
  artifactLocation: { uri },
  ...(region === undefined ? {} : { region }),
});

const levelOf = (rule: SarifRule | undefined): SarifLevel => {
  if (rule === undefined) return 'error';
  const kind = levelClass(rule.level);
  return kind === 'must' ? 'error' : kind === 'should' ? 'warning' : 'note';
};

/** Relative below a folder, so that a report means the same elsewhere. */
export const fileUri = (file: string, folder = process.cwd()): string => {
  const below = relative(folder, file);
  if (below === '' || below.startsWith('..')) return pathToFileURL(file).href;
  return relativeUri(below);
};
