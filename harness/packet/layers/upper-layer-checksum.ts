import { writeUint16 } from '../bytes.ts';
import { internetChecksum, pseudoHeaderSum } from '../checksum.ts';
import type { BuildContext } from '../layer.ts';
import { PacketError } from '../packet-error.ts';

/**
 * Compute the checksum of a UDP, TCP or ICMPv6 message with the pseudo-header of the IP layer in front of it.
 * The checksum field must still be zero. Throws PacketError when there is no IP layer in front.
 */
export function upperLayerChecksum(message: Uint8Array, protocol: number, context: BuildContext): number {
  const { addresses } = context;
  if (addresses === undefined) {
    throw new PacketError(
      'PROTO41_PACKET_BUILD',
      `Expected an IP layer in front of protocol ${protocol}, whose checksum covers its addresses; found none. Add one or set the checksum.`,
    );
  }
  const { source, destination } = addresses;
  const addressLengthBytes = source.length === 4 ? 4 : 16;
  const sum = pseudoHeaderSum(source, 0, destination, 0, addressLengthBytes, protocol, message.length);
  return internetChecksum(message, 0, message.length, sum);
}

/** Write the set checksum, or the one that `compute` finds while the field is zero. */
export function writeChecksum(
  message: Uint8Array,
  at: number,
  set: number | undefined,
  compute: () => number,
): Uint8Array {
  writeUint16(message, at, set ?? compute());
  return message;
}
