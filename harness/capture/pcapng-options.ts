import type { ByteWindow } from './byte-window.ts';
import type { CaptureError } from './capture-error.ts';
import type { CaptureDirection } from './captured-frame.ts';
import { NO_COMMENTS } from './format-decoder.ts';
import * as format from './pcapng-format.ts';

/** Options of one block. Indices are into the window's `bytes`. */
export interface OptionsArea {
  readonly window: ByteWindow;
  readonly from: number;
  readonly to: number;
  readonly littleEndian: boolean;
}

type OptionVisitor = (code: number, value: Uint8Array, view: DataView) => void;

const utf8 = new TextDecoder();

/** Calls `visit` for each option up to opt_endofopt; throws CaptureError for one that ends after its block. */
export function visitOptions({ window, from, to, littleEndian }: OptionsArea, visit: OptionVisitor): void {
  const { view, bytes } = window;
  let offset = from;
  while (offset + 4 <= to) {
    const code = view.getUint16(offset, littleEndian);
    const lengthBytes = view.getUint16(offset + 2, littleEndian);
    if (code === format.OptionCode.END) return;
    const valueFrom = offset + 4;
    if (valueFrom + lengthBytes > to) {
      throw tooLong(window, code, lengthBytes, to - valueFrom);
    }
    const value = bytes.subarray(valueFrom, valueFrom + lengthBytes);
    visit(code, value, new DataView(value.buffer, value.byteOffset, value.length));
    offset = valueFrom + format.paddedTo32Bits(lengthBytes);
  }
}

/** Text of an option. Some writers count a terminating zero byte in, which the format does not have. */
export function optionText(value: Uint8Array): string {
  const text = utf8.decode(value);
  return text.endsWith('\0') ? text.slice(0, -1) : text;
}

export function readSection(area: OptionsArea): { readonly comments: string[]; readonly application?: string } {
  const comments: string[] = [];
  let application: string | undefined;
  visitOptions(area, (code, value) => {
    if (code === format.OptionCode.COMMENT) comments.push(optionText(value));
    if (code === format.OptionCode.SHB_USERAPPL) application = optionText(value);
  });
  return application === undefined ? { comments } : { comments, application };
}

export function readFrameComments(area: OptionsArea): readonly string[] {
  const comments: string[] = [];
  visitOptions(area, (code, value) => {
    if (code === format.OptionCode.COMMENT) comments.push(optionText(value));
  });
  return comments.length === 0 ? NO_COMMENTS : comments;
}

/** The direction by `epb_flags`. Looks at every option, so that one which ends after its block does not go unnoticed. */
export function readFrameDirection({ window, from, to, littleEndian }: OptionsArea): CaptureDirection | undefined {
  const { view } = window;
  let direction: CaptureDirection | undefined;
  let offset = from;
  while (offset + 4 <= to) {
    const code = view.getUint16(offset, littleEndian);
    const lengthBytes = view.getUint16(offset + 2, littleEndian);
    if (code === format.OptionCode.END) break;
    if (offset + 4 + lengthBytes > to) throw tooLong(window, code, lengthBytes, to - offset - 4);
    if (code === format.OptionCode.PACKET_FLAGS && lengthBytes === 4) {
      direction = directionOf(view.getUint32(offset + 4, littleEndian));
    }
    offset += 4 + format.paddedTo32Bits(lengthBytes);
  }
  return direction;
}

function tooLong(window: ByteWindow, code: number, lengthBytes: number, leftBytes: number): CaptureError {
  return window.invalid(`option ${code} within its block`, `a length of ${lengthBytes} with ${leftBytes} left`);
}

function directionOf(flags: number): CaptureDirection | undefined {
  const bits = flags & format.FLAGS_DIRECTION_MASK;
  if (bits === format.FLAGS_INBOUND) return 'inbound';
  return bits === format.FLAGS_OUTBOUND ? 'outbound' : undefined;
}
