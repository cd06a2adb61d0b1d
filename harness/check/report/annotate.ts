import { fileSink, PcapngWriter } from '../../capture/index.ts';
import type { CaptureSink } from '../../capture/index.ts';
import type { Finding } from '../../rules/index.ts';
import type { FrameFindings } from '../checker.ts';
import type { CaptureInput } from '../input.ts';
import type { CheckSink, LateFinding } from '../sink.ts';
import type { RequirementLookup } from './requirements.ts';

const MOST_TIMESTAMP_NS = 0xffff_ffff_ffff_ffffn;

/** The same frames with their findings as packet comments, in one pcapng file. */
export class AnnotatedCapture implements CheckSink {
  readonly #writer: PcapngWriter;
  readonly #lookup: RequirementLookup;
  readonly #interfaces = new Map<CaptureInput, Map<number, number>>();
  #findings: readonly Finding[] = [];
  /** Findings about frames that were written before they were found. */
  lateFindings = 0;

  private constructor(sink: CaptureSink, lookup: RequirementLookup) {
    this.#writer = new PcapngWriter(sink, { comments: ['Findings of proto41 check as packet comments'] });
    this.#lookup = lookup;
  }

  static async create(path: string, lookup: RequirementLookup): Promise<AnnotatedCapture> {
    return new AnnotatedCapture(await fileSink(path), lookup);
  }

  found({ findings }: FrameFindings): void {
    this.#findings = findings;
  }

  frame(input: CaptureInput): void {
    const { record, decoder } = input;
    const comments = [...decoder.comments(), ...this.#findings.map((finding) => this.#comment(finding))];
    this.#findings = [];
    const time = decoder.timestampNs();
    this.#writer.writeFrame({
      interfaceIndex: this.#interfaceOf(input),
      // A damaged file may say anything; the file written here must hold it.
      timestampNs: time < 0n ? 0n : time > MOST_TIMESTAMP_NS ? MOST_TIMESTAMP_NS : time,
      bytes: record.bytes.subarray(record.at, record.end),
      originalLengthBytes: record.originalLengthBytes,
      ...(comments.length === 0 ? {} : { comments }),
      ...(record.direction === undefined ? {} : { direction: record.direction }),
    });
  }

  late(_found: LateFinding): void {
    this.lateFindings++;
  }

  drain(): Promise<void> {
    return this.#writer.drain();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  #comment({ requirement, expected, actual }: Finding): string {
    const clause = this.#lookup(requirement);
    const where = clause === undefined ? '' : ` (${clause.level}, ${clause.sources})`;
    return `${requirement}${where}: expected ${expected.join(' or ')}; found ${actual}`;
  }

  #interfaceOf(input: CaptureInput): number {
    const { interfaceIndex, linkType } = input.record;
    const ofInput = this.#interfaces.get(input) ?? new Map<number, number>();
    this.#interfaces.set(input, ofInput);
    const known = ofInput.get(interfaceIndex);
    if (known !== undefined) return known;
    const name = input.decoder.info?.interfaces[interfaceIndex]?.name ?? input.name;
    const added = this.#writer.addInterface({ name, description: input.name, linkType });
    ofInput.set(interfaceIndex, added);
    return added;
  }
}
