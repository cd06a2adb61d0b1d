/** One line per packet with its state: the same text in logs, failures and reports. */
import { decode, type Decoded, type DecodeOptions, type DecodeStart } from './decode.ts';
import { describeLayer } from './describe/layer.ts';

/** Errors that quote errors that quote packets: deeper than this only the length is given. */
const MAXIMUM_QUOTE_DEPTH = 2;

/**
 * A packet in one line, layers separated by `|`:
 *
 * `IPv4 10.0.0.1 > 10.0.0.2 ttl 64 tos 0x00 id 0x1a2b DF len 100 csum good | IPv6 fd00::1 > fd00::2 hl 63 ...`
 *
 * Takes decoded packets too, so that nobody decodes twice. Oddities follow their layer in parentheses; the reason why
 * decoding stopped comes last.
 */
export function describe(packet: Uint8Array | Decoded, start?: DecodeStart, options?: DecodeOptions): string {
  return describeDecoded(packet instanceof Uint8Array ? decode(packet, start, options) : packet, 0);
}

function describeDecoded(decoded: Decoded, depth: number): string {
  const { bytes, layers, stop, trailerOffset } = decoded;
  const quote = (quoted: Decoded): string =>
    depth < MAXIMUM_QUOTE_DEPTH ? `[${describeDecoded(quoted, depth + 1)}]` : `${quoted.bytes.length} bytes`;
  const parts = layers.map((layer, index) => describeLayer(layer, layers[index + 1], quote));
  if (trailerOffset !== undefined) parts.push(`trailer ${bytes.length - trailerOffset} bytes`);
  if (stop !== undefined) parts.push(`stopped at byte ${stop.offset}: ${stop.reason}`);
  return parts.length === 0 ? 'nothing' : parts.join(' | ');
}
