import { writeFile } from 'node:fs/promises';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { checkPage, type ShownCapture, type ShownFinding } from '../../report/html/check-page.ts';
import { ipv4Text, type Finding } from '../../rules/index.ts';
import type { FrameFindings } from '../checker.ts';
import type { CheckedGroup, CheckSink, GroupResult, LateFinding } from '../sink.ts';
import type { CheckSummary } from '../tally.ts';
import { frameText, timeText } from './frame-text.ts';
import type { RequirementLookup } from './requirements.ts';

/** A page of more would be slow to open; the JSON report has all. */
const MOST_OF_A_REQUIREMENT = 20;
const MOST_OF_A_CAPTURE = 500;
/** Headers and the beginning of the data; more is not drawn. */
const KEPT_BYTES = 512;
const SHOWN_CONVERSATIONS = 50;

/** The HTML report of a check: keeps the first findings of each requirement with their packets, and counts the others. */
export class HtmlReport implements CheckSink {
  readonly #lookup: RequirementLookup;
  readonly #captures: ShownCapture[] = [];
  readonly #shown = new Map<string, number>();
  #findings: ShownFinding[] = [];

  constructor(lookup: RequirementLookup) {
    this.#lookup = lookup;
  }

  begin(): void {
    this.#findings = [];
    this.#shown.clear();
  }

  found(found: FrameFindings, group: CheckedGroup): void {
    const { inputs, profile } = group;
    const { record, input, bytes, networkAt, etherType, isPlainEthernet } = found;
    for (const finding of found.findings) {
      if (profile === undefined || !this.#isShown(finding)) continue;
      const time = timeText(group, found);
      // The buffer is used again.
      const kept = bytes.slice(isPlainEthernet ? 0 : networkAt, KEPT_BYTES);
      const start = isPlainEthernet ? 'ethernet' : etherType === ETHER_TYPE.IPV6 ? 'ipv6' : 'ipv4';
      this.#findings.push({
        ...this.#facts(finding, isPlainEthernet ? 0 : networkAt),
        file: inputs[input]?.name ?? '',
        frameNumber: record.number,
        ...(time === undefined ? {} : { time }),
        frame: frameText(found, profile),
        packet: { bytes: kept, start },
      });
    }
  }

  late({ finding, file, frameNumber }: LateFinding): void {
    if (this.#isShown(finding)) this.#findings.push({ ...this.#facts(finding, 0), file, frameNumber });
  }

  end({ summary, errors }: GroupResult, { inputs, profile, isGuessed, evidence }: CheckedGroup): void {
    this.#captures.push({
      files: inputs.map(({ name }) => name),
      ...(profile === undefined ? {} : { profile: profile.text }),
      isGuessed,
      evidence,
      frames: summary.frames,
      tunnelPackets: summary.tunnelPackets,
      findings: this.#findings,
      allFindings: summary.findings,
      requirements: this.#requirements(summary),
      conversations: summary.conversations
        .slice(0, SHOWN_CONVERSATIONS)
        .map(({ source, destination, packets, bytes, findings }) => ({
          name: `${ipv4Text(source)} > ${ipv4Text(destination)}`,
          packets,
          bytes,
          findings,
        })),
      notJudged: [...summary.notJudged],
      errors: errors.map(({ message }) => message),
    });
  }

  /** @param line the summary line of the check */
  async write(path: string, line: string, exitCode: number): Promise<void> {
    await writeFile(path, checkPage(this.#captures, line, exitCode));
  }

  #isShown({ requirement }: Finding): boolean {
    const shown = this.#shown.get(requirement) ?? 0;
    if (shown >= MOST_OF_A_REQUIREMENT || this.#findings.length >= MOST_OF_A_CAPTURE) return false;
    this.#shown.set(requirement, shown + 1);
    return true;
  }

  /** @param cutBytes how much of the frame is not kept in front of its network header */
  #facts(
    { requirement, expected, actual, frameNumber, offset, lengthBytes, field }: Finding,
    cutBytes: number,
  ): Pick<ShownFinding, 'violation' | 'clause'> {
    const known = this.#lookup(requirement);
    const place = {
      ...(offset === undefined || offset < cutBytes ? {} : { offset: offset - cutBytes }),
      ...(lengthBytes === undefined ? {} : { lengthBytes }),
      ...(field === undefined ? {} : { field }),
    };
    return {
      violation: { requirement, expected, actual, frameNumber, place, by: 'rule' },
      clause: known === undefined ? undefined : { id: requirement, ...known },
    };
  }

  #requirements({ requirements }: CheckSummary): ShownCapture['requirements'] {
    return [...requirements]
      .map(([id, { judged, findings }]) => {
        const clause = this.#lookup(id);
        return { id, judged, findings, level: clause?.level ?? '', title: clause?.title ?? '' };
      })
      .toSorted((left, right) => right.findings - left.findings);
  }
}
