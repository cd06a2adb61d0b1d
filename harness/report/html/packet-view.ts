import type { DecodeStart } from '../../packet/decode.ts';
import type { PacketLayer } from '../../packet/packet-fields.ts';
import type { Violation } from '../../runner/verdict.ts';
import { isOffending, offendingTable, range, type OffendingBytes } from '../offending.ts';
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
  const caption =
    marks.offsets.size === 0
      ? ''
      : marks.certain
        ? '; marked: what is wrong'
        : '; marked: the field that the finding names';
  return html`<h3>${name}, ${bytes.length} bytes${caption}</h3>
    <div class="packet">${table.layers.map((layer) => layerView(layer, marks))} ${hexView(bytes, marks)}</div>
    ${table.stop && html`<p>Not decoded from byte ${table.stop.offset} on: ${table.stop.reason}</p>`}`;
};

const wayOf = (frame: EvidenceFrame): string =>
  frame.direction === 'outbound' ? 'sent by the device under test' : 'sent to the device under test';

const layerView = (layer: PacketLayer, marks: OffendingBytes): Markup => {
  const rows = layer.fields.map((field) => {
    const { name, offset, text } = field;
    const isMarked = isOffending(field, marks);
    return html`<tr${isMarked ? html` class="marked"` : ''}><th scope="row">${name}</th><td class="mono">${text}</td><td class="soft">${offset}</td></tr>`;
  });
  return html`<table>
    <caption>
      ${layer.name}${layer.issues.length > 0 && html` <span class="v v-fail">${layer.issues.join('; ')}</span>`}
    </caption>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
};

const hexView = (bytes: Uint8Array, marks: OffendingBytes): Markup => {
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
