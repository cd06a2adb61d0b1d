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
/** Frame number and colon in front of a label. */
const NUMBER_LENGTH = 7;
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
  const shown = frames.slice(first, at + AFTER + 1);
  const lanes = lanesOf(frames);
  const labelAt = LEFT + LANE_GAP * (lanes.length - 1) + 20;
  const width = labelAt + (LABEL_LENGTH + NUMBER_LENGTH) * CHARACTER_WIDTH;
  const height = TOP + ROW_HEIGHT * shown.length + 10;
  const bottom = height - 6;
  return html`<h3>Frames ${shown[0]?.number ?? 0} to ${shown.at(-1)?.number ?? 0} of ${frames.length}</h3>
    <div class="wide">
      <svg
        role="img"
        aria-label="sequence diagram"
        width="${width}"
        height="${height}"
        viewBox="0 0 ${width} ${height}"
      >
        ${lanes.map((lane, index) => html`<text x="${xOf(index)}" y="14" text-anchor="middle">${lane}</text><line class="lane" x1="${xOf(index)}" x2="${xOf(index)}" y1="20" y2="${bottom}" />`)}
        ${shown.map((frame, row) => arrow(frame, TOP + row * ROW_HEIGHT + 8, lanes, labelAt, frame.number === decisive, options))}
      </svg>
    </div>`;
};

const xOf = (lane: number): number => LEFT + lane * LANE_GAP;

const arrow = (
  frame: EvidenceFrame,
  y: number,
  lanes: readonly string[],
  labelAt: number,
  isDecisive: boolean,
  options: DecodeOptions,
): Markup => {
  const port = xOf(Math.max(0, lanes.indexOf(frame.port)));
  const dut = xOf(lanes.indexOf('DUT'));
  const [from, to] = frame.direction === 'outbound' ? [dut, port] : [port, dut];
  const back = to > from ? -7 : 7;
  const words = describe(frame.bytes, 'ethernet', options).replace(/^Ethernet [^|]*\| /, '');
  const label = shortened(words, LABEL_LENGTH);
  return html`<g${isDecisive ? html` class="decisive"` : ''}><title>${words}</title>
<line class="arrow" x1="${from}" x2="${to + back}" y1="${y}" y2="${y}"/><path class="head" d="M${to} ${y}l${back} -4v8z"/>
<text x="${labelAt}" y="${y + 4}">${frame.number}: ${label}</text></g>`;
};
