import { describe } from '../../packet/describe.ts';
import type { DecodeOptions } from '../../packet/decode.ts';
import { shortened } from '../layout.ts';
import { html, type Markup } from './markup.ts';
import type { EvidenceFrame } from '../evidence-frame.ts';

const ROW_HEIGHT = 22;
const TOP = 30;
const LANE_GAP = 110;
const LEFT = 50;
/** Frames around the decisive one that are drawn; the evidence has all. */
const BEFORE = 6;
const AFTER = 5;
const LABEL_LENGTH = 110;
/** Frame number, what it is and a colon in front of a label. */
const NUMBER_LENGTH = 18;
/** How far back the cause of a frame is looked for; a case may have thousands. */
const LOOKED_BACK = 500;
const CHARACTER_WIDTH = 7.4;

/** Who stands where: pods left of the device under test, the underlay right of it. */
const lanesOf = (frames: readonly EvidenceFrame[]): readonly string[] =>
  frames.some(({ port }) => port === 'U2') ? ['P', 'DUT', 'U', 'U2'] : ['P', 'DUT', 'U'];

/** What went over the wires around the decisive frame, as a sequence diagram. */
export const sequenceView = (
  frames: readonly EvidenceFrame[],
  decisive: number | undefined,
  options: DecodeOptions,
): Markup => {
  const at = decisive === undefined ? BEFORE : frames.findIndex(({ number }) => number === decisive);
  const first = Math.max(0, at - BEFORE);
  const cause = decisive === undefined ? undefined : causeOf(frames, at, options);
  const around = frames.slice(first, at + AFTER + 1);
  const shown = cause === undefined || around.includes(cause) ? around : [cause, ...around];
  const roleOf = ({ number }: EvidenceFrame): Role =>
    number === decisive ? 'decisive' : number === cause?.number ? 'stimulus' : undefined;
  const lanes = lanesOf(frames);
  const labelAt = LEFT + LANE_GAP * (lanes.length - 1) + 20;
  const width = labelAt + (LABEL_LENGTH + NUMBER_LENGTH) * CHARACTER_WIDTH;
  const height = TOP + ROW_HEIGHT * shown.length + 10;
  const bottom = height - 6;
  return html`<h3>Frames ${around[0]?.number ?? 0} to ${around.at(-1)?.number ?? 0} of ${frames.length}</h3>
    ${cause !== undefined && html`<p>Frame ${decisive} came of frame ${cause.number}, sent to port ${cause.port}: <code>${wordsOf(cause, options)}</code></p>`}
    <div class="wide">
      <svg
        role="img"
        aria-label="sequence diagram"
        width="${width}"
        height="${height}"
        viewBox="0 0 ${width} ${height}"
      >
        ${lanes.map((lane, index) => html`<text x="${xOf(index)}" y="14" text-anchor="middle">${LANE_NAMES[lane] ?? lane}</text><line class="lane" x1="${xOf(index)}" x2="${xOf(index)}" y1="20" y2="${bottom}" />`)}
        ${shown.map((frame, row) => arrow(frame, TOP + row * ROW_HEIGHT + 8, lanes, labelAt, roleOf(frame), options))}
      </svg>
    </div>`;
};

type Role = 'decisive' | 'stimulus' | undefined;

const LANE_NAMES: Readonly<Record<string, string>> = {
  P: 'P: pods',
  DUT: 'device',
  U: 'U: underlay',
  U2: 'U2: underlay',
};

/** Each stimulus has a flow label of its own, which comes again in what it causes, and in errors that quote that. */
const causeOf = (frames: readonly EvidenceFrame[], at: number, options: DecodeOptions): EvidenceFrame | undefined => {
  const decisive = frames[at];
  if (decisive?.direction !== 'outbound') return undefined;
  const labels = new Set(flowLabelsIn(decisive, options));
  return frames
    .slice(Math.max(0, at - LOOKED_BACK), at)
    .findLast(
      (frame) => frame.direction !== 'outbound' && flowLabelsIn(frame, options).some((each) => labels.has(each)),
    );
};

const flowLabelsIn = ({ bytes }: EvidenceFrame, options: DecodeOptions): readonly string[] =>
  describe(bytes, 'ethernet', options).match(/(?<= fl )0x(?!00000)[0-9a-f]{5}/g) ?? [];

const xOf = (lane: number): number => LEFT + lane * LANE_GAP;

/** MAC addresses say little in a sequence. */
const wordsOf = ({ bytes }: EvidenceFrame, options: DecodeOptions): string =>
  describe(bytes, 'ethernet', options).replace(/^Ethernet [^|]*\| /, '');

const arrow = (
  frame: EvidenceFrame,
  y: number,
  lanes: readonly string[],
  labelAt: number,
  role: Role,
  options: DecodeOptions,
): Markup => {
  const port = xOf(Math.max(0, lanes.indexOf(frame.port)));
  const dut = xOf(lanes.indexOf('DUT'));
  const [from, to] = frame.direction === 'outbound' ? [dut, port] : [port, dut];
  const back = to > from ? -7 : 7;
  const words = wordsOf(frame, options);
  const label = shortened(words, LABEL_LENGTH);
  return html`<g${role !== undefined && html` class="${role}"`}><title>${words}</title>
<line class="arrow" x1="${from}" x2="${to + back}" y1="${y}" y2="${y}"/><path class="head" d="M${to} ${y}l${back} -4v8z"/>
<text x="${labelAt}" y="${y + 4}">${frame.number}${role !== undefined && ` ${role}`}: ${label}</text></g>`;
};
