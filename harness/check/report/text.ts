import { ipv4Text } from '../../rules/index.ts';
import { printable } from '../../report/escape.ts';
import { tableLines, wrap } from '../../report/layout.ts';
import type { Palette } from '../../report/palette.ts';
import type { Finding } from '../../rules/index.ts';
import type { FrameFindings } from '../checker.ts';
import type { CheckedGroup, CheckSink, GroupResult } from '../sink.ts';
import type { CheckSummary } from '../tally.ts';
import { findingBytes, frameText, timeText } from './frame-text.ts';
import type { RequirementLookup } from './requirements.ts';

export interface TextOptions {
  readonly write: (text: string) => void;
  readonly palette: Palette;
  readonly lookup: RequirementLookup;
  /** Findings that are shown of each requirement; the others are counted. */
  readonly shownFindings: number;
  readonly drain?: () => Promise<void>;
}

const LABEL_WIDTH = 10;
const TEXT_WIDTH = 106;
const SHOWN_CONVERSATIONS = 20;

/** The report for people: what is judged and why, findings as they come, tables at the end. */
export class TextReport implements CheckSink {
  readonly #options: TextOptions;
  readonly #shown = new Map<string, number>();
  #hidden = 0;

  constructor(options: TextOptions) {
    this.#options = options;
  }

  begin({ inputs, profile, isGuessed, evidence }: CheckedGroup): void {
    const { palette } = this.#options;
    this.#shown.clear();
    this.#hidden = 0;
    const names = inputs.map(({ name }) => name).join(' and ');
    this.#line(palette.bold(printable(names)));
    if (profile === undefined) this.#line('  profile: none, because there is no tunnel packet to guess it from');
    else this.#line(`  profile: ${printable(profile.text)}${isGuessed ? ' (guessed)' : ''}`);
    for (const sentence of evidence) this.#line(`    ${printable(sentence)}`);
  }

  found(found: FrameFindings, group: CheckedGroup): void {
    const { inputs, profile } = group;
    if (profile === undefined) return;
    const findings = found.findings.filter((finding) => this.#isShown(finding));
    if (findings.length === 0) return;
    const { palette } = this.#options;
    const file = inputs.length > 1 ? `${inputs[found.input]?.name ?? ''} ` : '';
    const time = timeText(group, found);
    this.#line('');
    this.#line(
      `${palette.bold(printable(`${file}frame ${found.record.number}`))}${time === undefined ? '' : palette.dim(` ${time}`)}`,
    );
    this.#line(`  ${printable(frameText(found, profile))}`);
    for (const finding of findings) this.#finding(finding, found.bytes);
  }

  late({ finding, file, frameNumber }: { finding: Finding; file: string; frameNumber: number }): void {
    if (!this.#isShown(finding)) return;
    this.#line('');
    this.#line(this.#options.palette.bold(printable(`${file} frame ${frameNumber}, at the end of the capture`)));
    this.#finding(finding, undefined);
  }

  end({ summary, errors }: GroupResult, { profile }: CheckedGroup): void {
    if (this.#hidden > 0) {
      this.#line('');
      this.#line(`  and ${this.#hidden} more findings of these kinds; --limit 0 shows all, --json has all`);
    }
    for (const table of [this.#requirements(summary), this.#conversations(summary), notJudgedLines(summary)]) {
      if (table.length === 0) continue;
      this.#line('');
      for (const line of table) this.#line(`  ${printable(line)}`.trimEnd());
    }
    const whatWasRead = summary.frames > 0 ? '; what came before it has been judged' : '';
    for (const error of errors) {
      this.#line('');
      this.#line(`  ${this.#options.palette.red(printable(`${error.message}${whatWasRead}`))}`);
    }
    if (profile !== undefined || summary.frames > 0) this.#line('');
  }

  async drain(): Promise<void> {
    await this.#options.drain?.();
  }

  #isShown({ requirement }: Finding): boolean {
    const shown = this.#shown.get(requirement) ?? 0;
    this.#shown.set(requirement, shown + 1);
    const isShown = this.#options.shownFindings === 0 || shown < this.#options.shownFindings;
    if (!isShown) this.#hidden++;
    return isShown;
  }

  #finding(finding: Finding, bytes: Uint8Array | undefined): void {
    const { lookup, palette } = this.#options;
    const clause = lookup(finding.requirement);
    const heading = [finding.requirement, clause?.level, clause?.sources]
      .filter((part) => part !== undefined)
      .join(', ');
    this.#line(`  ${palette.red(printable(heading))}`);
    finding.expected.forEach((text, index) => this.#labelled(index === 0 ? 'expected' : 'or', text));
    this.#labelled('actual', finding.actual);
    const place = bytes === undefined ? undefined : findingBytes(finding, bytes);
    if (place !== undefined) this.#labelled('bytes', `${place.field} at ${place.offset}: ${place.hex}`);
  }

  #labelled(label: string, text: string): void {
    wrap(printable(text), TEXT_WIDTH).forEach((line, index) => {
      this.#line(`    ${this.#options.palette.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`);
    });
  }

  #requirements({ requirements }: CheckSummary): readonly string[] {
    const found = [...requirements].filter(([, { findings }]) => findings > 0);
    if (found.length === 0) return [];
    const { lookup } = this.#options;
    return tableLines({
      header: ['findings', 'judged', 'requirement', 'level', 'title'],
      rows: found
        .toSorted(([, left], [, right]) => right.findings - left.findings)
        .map(([id, { findings, judged }]) => [
          String(findings),
          String(judged),
          id,
          lookup(id)?.level ?? '',
          lookup(id)?.title ?? '',
        ]),
      numeric: [0, 1],
    });
  }

  #conversations({ conversations, otherConversations }: CheckSummary): readonly string[] {
    if (conversations.length === 0) return [];
    const shown = conversations.slice(0, SHOWN_CONVERSATIONS);
    const lines = tableLines({
      header: ['packets', 'bytes', 'findings', 'conversation'],
      rows: shown.map(({ packets, bytes, findings, source, destination }) => [
        String(packets),
        String(bytes),
        String(findings),
        `${ipv4Text(source)} > ${ipv4Text(destination)}`,
      ]),
      numeric: [0, 1, 2],
    });
    const more = conversations.length - shown.length;
    if (more > 0) lines.push(`and ${more} more conversations`);
    if (otherConversations.packets > 0)
      lines.push(`and ${otherConversations.packets} packets of further ones, not told apart`);
    return lines;
  }

  #line(text: string): void {
    this.#options.write(`${text}\n`);
  }
}

function notJudgedLines({ notJudged, snappedFrames }: CheckSummary): readonly string[] {
  const rows = [...notJudged].map(([reason, count]) => [String(count), reason]);
  if (snappedFrames > 0)
    rows.push([String(snappedFrames), 'cut by the snap length: nothing is held against what is missing']);
  return rows.length === 0 ? [] : tableLines({ header: ['frames', 'not or not wholly judged'], rows, numeric: [0] });
}
