import { writeFile } from 'node:fs/promises';
import { fileUri, SarifLog } from '../../report/sarif/sarif-log.ts';
import type { Finding } from '../../rules/index.ts';
import { sourcesText, type Requirement } from '../../runner/requirement.ts';
import type { FrameFindings } from '../checker.ts';
import type { CheckedGroup, CheckSink, GroupResult, LateFinding } from '../sink.ts';
import { frameText } from './frame-text.ts';

interface SarifOptions {
  readonly requirements: readonly Requirement[];
  readonly toolVersion: string;
}

/** The findings as SARIF, each at its bytes in the capture. */
export class SarifReport implements CheckSink {
  readonly #log: SarifLog;

  constructor({ requirements, toolVersion }: SarifOptions) {
    const byId = new Map(requirements.map((each) => [each.id, { ...each, sources: sourcesText(each) }]));
    this.#log = new SarifLog(toolVersion, (id) => byId.get(id));
  }

  found(found: FrameFindings, { inputs, profile }: CheckedGroup): void {
    const { record, input } = found;
    const file = inputs[input]?.name ?? '';
    for (const finding of found.findings) {
      const { offset = 0, lengthBytes = record.end - record.at } = finding;
      const region = { byteOffset: record.byteOffset + offset, byteLength: lengthBytes };
      // Only of what is kept: the text of a packet is most of the work.
      const packet = (): string => (profile === undefined ? '' : `: ${frameText(found, profile)}`);
      this.#add(finding, file, record.number, region, packet);
    }
  }

  late({ finding, file, frameNumber }: LateFinding): void {
    this.#add(finding, file, frameNumber, undefined, () => '');
  }

  end({ errors }: GroupResult): void {
    for (const { message, file, byteOffset, code } of errors)
      this.#log.notify({ level: 'error', code, message, place: { uri: fileUri(file), byteOffset } });
  }

  async write(path: string, exitCode: number): Promise<void> {
    await writeFile(path, this.#log.text(exitCode));
  }

  #add(
    { requirement, expected, actual, field }: Finding,
    file: string,
    frameNumber: number,
    region: { readonly byteOffset: number; readonly byteLength: number } | undefined,
    packet: () => string,
  ): void {
    if (!this.#log.takes()) return;
    const name = `frame ${frameNumber}`;
    this.#log.add({
      requirement,
      message: `Expected ${expected.join(' or ')}; found ${actual} in ${name} of ${file}${packet()}`,
      place: { uri: fileUri(file), ...(region === undefined ? {} : { region }) },
      about: { name, fullName: field === undefined ? name : `${name} ${field}` },
    });
  }
}
