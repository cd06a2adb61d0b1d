import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { relative } from 'node:path';
import { levelClass, type Requirement } from '../../runner/requirement.ts';
import { sourcesText } from '../../runner/requirement.ts';
import type { Finding } from '../../rules/index.ts';
import type { FrameFindings } from '../checker.ts';
import type { CheckedGroup, CheckSink, GroupResult, LateFinding } from '../sink.ts';
import { frameText } from './frame-text.ts';

/** As many as the largest service that reads SARIF takes of one run. */
const MOST_RESULTS = 25_000;
const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

interface SarifOptions {
  readonly requirements: readonly Requirement[];
  readonly toolVersion: string;
}

/** SARIF 2.1.0 (OASIS). Results are kept until the end, because the format is one object; there are at most 25,000. */
export class SarifReport implements CheckSink {
  readonly #options: SarifOptions;
  readonly #results: unknown[] = [];
  readonly #rules: string[] = [];
  readonly #notifications: unknown[] = [];
  #dropped = 0;

  constructor(options: SarifOptions) {
    this.#options = options;
  }

  found(found: FrameFindings, { inputs, profile }: CheckedGroup): void {
    const { record, input } = found;
    const file = inputs[input]?.name ?? '';
    for (const finding of found.findings) {
      if (this.#isFull()) continue;
      const { offset = 0, lengthBytes = record.end - record.at } = finding;
      const region = { byteOffset: record.byteOffset + offset, byteLength: lengthBytes };
      const packet = profile === undefined ? '' : `: ${frameText(found, profile)}`;
      this.#add(finding, file, record.number, region, packet);
    }
  }

  late({ finding, file, frameNumber }: LateFinding): void {
    if (!this.#isFull()) this.#add(finding, file, frameNumber, undefined, '');
  }

  end({ errors }: GroupResult): void {
    for (const { message, file, byteOffset, code } of errors) {
      this.#notifications.push({
        level: 'error',
        descriptor: { id: code },
        message: { text: message },
        locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { byteOffset } } }],
      });
    }
  }

  async write(path: string, exitCode: number): Promise<void> {
    if (this.#dropped > 0) {
      const text = `${this.#dropped} further findings are left out: a run has at most ${MOST_RESULTS} results`;
      this.#notifications.push({ level: 'warning', message: { text } });
    }
    const sarif = {
      $schema: SCHEMA,
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'proto41', version: this.#options.toolVersion, rules: this.#ruleObjects() } },
          columnKind: 'unicodeCodePoints',
          invocations: [
            {
              executionSuccessful: exitCode !== 2,
              exitCode,
              ...(this.#notifications.length === 0 ? {} : { toolExecutionNotifications: this.#notifications }),
            },
          ],
          results: this.#results,
        },
      ],
    };
    await writeFile(path, `${JSON.stringify(sarif, undefined, 1)}\n`);
  }

  #isFull(): boolean {
    const isFull = this.#results.length >= MOST_RESULTS;
    if (isFull) this.#dropped++;
    return isFull;
  }

  #add(
    finding: Finding,
    file: string,
    frameNumber: number,
    region: { readonly byteOffset: number; readonly byteLength: number } | undefined,
    packet: string,
  ): void {
    const { requirement, expected, actual, field } = finding;
    const known = this.#rules.indexOf(requirement);
    const ruleIndex = known === -1 ? this.#rules.push(requirement) - 1 : known;
    const name = `frame ${frameNumber}`;
    this.#results.push({
      ruleId: requirement,
      ruleIndex,
      level: levelOf(this.#find(requirement)),
      message: { text: `Expected ${expected.join(' or ')}; found ${actual} in ${name} of ${file}${packet}` },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: uriOf(file) },
            ...(region === undefined ? {} : { region }),
          },
          logicalLocations: [
            { name, kind: 'element', fullyQualifiedName: field === undefined ? name : `${name} ${field}` },
          ],
        },
      ],
    });
  }

  #find(id: string): Requirement | undefined {
    return this.#options.requirements.find((requirement) => requirement.id === id);
  }

  #ruleObjects(): readonly unknown[] {
    return this.#rules.map((id) => {
      const requirement = this.#find(id);
      if (requirement === undefined) return { id };
      const { title, statement, level } = requirement;
      return {
        id,
        shortDescription: { text: title },
        fullDescription: { text: statement },
        help: { text: `${level}, ${sourcesText(requirement)}: ${statement}` },
        defaultConfiguration: { level: levelOf(requirement) },
      };
    });
  }
}

function levelOf(requirement: Requirement | undefined): 'error' | 'warning' | 'note' {
  if (requirement === undefined) return 'error';
  const kind = levelClass(requirement.level);
  return kind === 'must' ? 'error' : kind === 'should' ? 'warning' : 'note';
}

/** Relative below the working folder, so that a report means the same elsewhere. */
function uriOf(file: string): string {
  const below = relative(process.cwd(), file);
  if (below === '' || below.startsWith('..')) return pathToFileURL(file).href;
  return below.split('/').map(encodeURIComponent).join('/');
}
