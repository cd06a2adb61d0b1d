/** What stands in a header field. */
import { Ipv4Address, Ipv6Address } from '../address/index.ts';
import { readUint8, toHex } from './bytes.ts';
import type { FieldFormat, HeaderField } from './header-fields.ts';
import { MacAddress } from './mac-address.ts';

/**
 * The value of a field whose bytes are bytes[start, end), as hexadecimal digits of its bits and as people write it: addresses as text,
 * numbers as the field has them. Of a field that is cut off, what there is.
 */
export function fieldValue(
  bytes: Uint8Array,
  start: number,
  end: number,
  field: HeaderField,
): { readonly hex: string; readonly text: string } {
  if (end > bytes.length) {
    const hex = toHex(bytes, start, end);
    return { hex, text: hex === '' ? 'missing' : `cut to ${hex}` };
  }
  if (field.lengthBits > 32) return { hex: toHex(bytes, start, end), text: addressText(bytes, start, field.format) };
  let value = 0n;
  for (let at = start; at < end; at++) value = (value << 8n) | BigInt(readUint8(bytes, at));
  const behind = BigInt((end - start) * 8 - (field.firstBit % 8) - field.lengthBits);
  const bits = BigInt.asUintN(field.lengthBits, value >> behind);
  const hex = bits.toString(16).padStart(Math.ceil(field.lengthBits / 4), '0');
  if (field.format === 'hex') return { hex, text: `0x${hex}` };
  return { hex, text: field.format === 'ipv4' ? addressText(bytes, start, 'ipv4') : bits.toString() };
}

function addressText(bytes: Uint8Array, at: number, format: FieldFormat): string {
  if (format === 'ipv4') return Ipv4Address.fromBytes(bytes, at).toString();
  return format === 'ipv6' ? Ipv6Address.fromBytes(bytes, at).toString() : MacAddress.fromBytes(bytes, at).toString();
}
