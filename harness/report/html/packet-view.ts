import type { DecodeStart } from '../../packet/decode.ts';
import type { PacketLayer } from '../../packet/packet-fields.ts';
import type { Violation } from '../../runner/verdict.ts';
import { meaningsUnder, type MeaningOf } from '../field-meaning.ts';
import { isOffending, offendingTable, range, type Offending } from '../offending.ts';
import { html, trusted, type Markup } from './markup.ts';
import type { EvidenceFrame } from '../evidence-frame.ts';

const BYTES_PER_LINE = 16;
const LINE_END = trusted('\n');
/** Headers and the first bytes of the payload; the whole frame is in the evidence. */
const SHOWN_BYTES = 160;

/** The decisive frame: its headers field by field with the offending one marked, and the bytes beside it. */
export const packetView = (frame: EvidenceFrame, violation: Violation, profile: string): Markup =>
  markedPacket(`Frame ${String(frame.number)} on port ${frame.port}, ${wayOf(frame)}`, frame.bytes, violation, profile);

/** A packet with the field or the bytes marked that a violation is about. */
export const markedPacket = (
  name: string,
  bytes: Uint8Array,
  violation: Violation,
  profile: string,
  start: DecodeStart = 'ethernet',
): Markup => {
  const { table, offending: marks } = offendingTable(bytes, violation, profile, start);
  const meaningOf = meaningsUnder(profile);
  return html`<h3>${name}, ${bytes.length} bytes</h3>
    <p class="soft">${captionOf(marks, violation)}</p>
    <div class="packet">
      ${table.layers.map((layer) => layerView(layer, marks, meaningOf))} ${hexView(bytes, marks)}
    </div>
    ${table.stop && html`<p>Not decoded from byte ${table.stop.offset} on: ${table.stop.reason}</p>`}`;
};

/** What the marks mean, and where nothing is marked, why. */
const captionOf = ({ by, words }: Offending, { expected }: Violation): string => {
  if (by === 'place') return 'Marked: what is wrong.';
  if (by === 'name') return 'Marked: the field that the finding names.';
  if (by === 'peculiarity') return `Marked: what keeps this packet from being the expected one. ${words ?? ''}.`;
  return expected.some((each) => NOTHING.test(each))
    ? 'Nothing is marked: the packet as a whole should not be there.'
    : 'Nothing is marked: the finding is about no single field of this packet.';
};

/** `nothing on any port`, `frames caused by the pod packet: 0`. */
const NOTHING = /^nothing\b|^frames caused by .*: 0$/;

const wayOf = (frame: EvidenceFrame): string =>
  frame.direction === 'outbound' ? 'sent by the device under test' : 'sent to the device under test';

const layerView = (layer: PacketLayer, marks: Offending, meaningOf: MeaningOf): Markup => {
  const rows = layer.fields.map((field) => {
    const { name, offset, text } = field;
    const isMarked = isOffending(layer, field, marks);
    const meaning = meaningOf(layer, field);
    return html`<tr${isMarked ? html` class="marked"` : ''}><th scope="row">${name}</th><td class="mono">${text}${meaning !== '' && html` <span class="soft">${meaning}</span>`}</td><td class="soft">${offset}</td></tr>`;
  });
  return html`<table>
    <caption>
      ${layer.name}${layer.issues.length > 0 && html` <span class="v v-fail">${layer.issues.join('; ')}</span>`}
    </caption>
    <thead>
      <tr>
        <th scope="col">field</th>
        <th scope="col">value</th>
        <th scope="col">byte</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
};

const hexView = (bytes: Uint8Array, marks: Offending): Markup => {
  const shown = Math.min(bytes.length, SHOWN_BYTES);
  const lines: Markup[] = [];
  for (let start = 0; start < shown; start += BYTES_PER_LINE) {
    const cells = range(start, Math.min(BYTES_PER_LINE, shown - start)).map((at) => {
      const text = (bytes[at] ?? 0).toString(16).padStart(2, '0');
      return marks.offsets.has(at) ? html` <mark>${text}</mark>` : html` ${text}`;
    });
    lines.push(html`${start.toString(16).padStart(4, '0')} ${cells}${LINE_END}`);
  }
  const more = bytes.length - shown;
  return html`<pre class="hex">${lines}${more > 0 && `and ${String(more)} bytes more, in the evidence`}</pre>`;
};
