import { printableJson } from '../../report/escape.ts';
import { ipv4Text } from '../../rules/index.ts';
import type { Finding } from '../../rules/index.ts';
import type { FrameFindings } from '../checker.ts';
import type { CheckedGroup, CheckSink, GroupResult, LateFinding } from '../sink.ts';
import { findingBytes, frameText, timeText } from './frame-text.ts';
import type { RequirementLookup } from './requirements.ts';

export interface JsonOptions {
  readonly write: (text: string) => void;
  readonly lookup: RequirementLookup;
  readonly toolVersion: string;
  readonly drain?: () => Promise<void>;
}

/** One JSON document, written piece by piece so that findings without number fit; `close` ends it. */
export class JsonReport implements CheckSink {
  readonly #options: JsonOptions;
  #groups = 0;
  #findings = 0;

  constructor(options: JsonOptions) {
    this.#options = options;
    this.#write(`{"tool":"proto41","version":${JSON.stringify(options.toolVersion)},"captures":[`);
  }

  begin({ inputs, profile, isGuessed, evidence }: CheckedGroup): void {
    if (this.#groups++ > 0) this.#write(',');
    this.#findings = 0;
    this.#write(
      `\n{"files":${compact(inputs.map(({ name }) => name))},"profile":${compact(profile?.text ?? null)},` +
        `"guessed":${isGuessed},"evidence":${compact(evidence)},"findings":[`,
    );
  }

  found(found: FrameFindings, group: CheckedGroup): void {
    const { inputs, profile } = group;
    if (profile === undefined) return;
    const { record } = found;
    for (const finding of found.findings) {
      this.#finding({
        file: inputs[found.input]?.name,
        frameNumber: record.number,
        time: timeText(group, found),
        ...this.#facts(finding),
        bytes: findingBytes(finding, found.bytes),
        frame: frameText(found, profile),
      });
    }
  }

  late({ finding, file, frameNumber }: LateFinding): void {
    this.#finding({ file, frameNumber, ...this.#facts(finding) });
  }

  end({ summary, errors }: GroupResult): void {
    const { requirements, conversations, otherConversations, notJudged, ...counts } = summary;
    const facts = {
      ...counts,
      requirements: Object.fromEntries(requirements),
      conversations: conversations.map(({ source, destination, ...rest }) => ({
        source: ipv4Text(source),
        destination: ipv4Text(destination),
        ...rest,
      })),
      otherPackets: otherConversations.packets,
      notJudged: Object.fromEntries(notJudged),
    };
    const broken = errors.map(({ message, file, byteOffset, recordNumber, truncated }) => ({
      message,
      file,
      byteOffset,
      recordNumber,
      truncated,
    }));
    this.#write(`],"summary":${compact(facts)},"errors":${compact(broken)}}`);
  }

  close(exitCode: number): void {
    this.#write(`\n],"exitCode":${exitCode}}\n`);
  }

  async drain(): Promise<void> {
    await this.#options.drain?.();
  }

  #facts({ requirement, expected, actual }: Finding): Readonly<Record<string, unknown>> {
    const clause = this.#options.lookup(requirement);
    return { requirement, level: clause?.level, clause: clause?.sources, expected, actual };
  }

  #finding(facts: Readonly<Record<string, unknown>>): void {
    this.#write(`${this.#findings++ > 0 ? ',' : ''}\n${compact(facts)}`);
  }

  #write(text: string): void {
    this.#options.write(text);
  }
}

/** Safe to print, on one line. */
const compact = (value: unknown): string => printableJson(value).replace(/\n */g, '');
