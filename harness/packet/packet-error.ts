import { Proto41Error } from '../errors.ts';

export type PacketErrorCode =
  /** A text is not the value it should be, such as a MAC address. */
  | 'PROTO41_PACKET_TEXT'
  /** A field to be built does not fit its bits. */
  | 'PROTO41_PACKET_FIELD'
  /** Layers do not go together, or a packet cannot be split as asked. */
  | 'PROTO41_PACKET_BUILD';

/** Wrong use of the codec by its caller. Bytes from the wire never cause it. */
export class PacketError extends Proto41Error {
  constructor(code: PacketErrorCode, message: string) {
    super(message, { code });
  }
}
