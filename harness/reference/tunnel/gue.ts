/** Generic UDP Encapsulation (draft-ietf-intarea-gue-09 sections 3 to 5). */
import { readUint16 } from '../../packet/bytes.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { NodeConfig } from '../config.ts';

export const GUE_BASE_BYTES = 4;
const WORD_BYTES = 4;

export interface GueBehaviour {
  /** What is sent in front of the inner packet: the base header without extensions, or nothing in variant 1. */
  header(config: NodeConfig): Uint8Array;
  /** The inner packet behind a UDP header, undefined for what must be dropped. */
  open(behaviour: GueBehaviour, payload: Uint8Array): Uint8Array | undefined;
  /** Section 3.2: a packet with a flag that the node does not know is dropped. None is known here. */
  flagsAreKnown(flags: number): boolean;
  /** What the protocol field of variant 0 leads to; `undefined` drops. */
  demultiplex(protocol: number, content: Uint8Array): Uint8Array | undefined;
  /** IP without a header of its own, told by its first bits. */
  direct(payload: Uint8Array): Uint8Array | undefined;
}

export const gue: GueBehaviour = {
  header: ({ switches }) => (switches.gueVariant === '1' ? new Uint8Array(0) : Uint8Array.of(0, PROTOCOL.IPV6, 0, 0)),
  open: (behaviour, payload) => {
    const first = payload[0];
    if (first === undefined) return undefined;
    const variant = first >>> 6;
    if (variant === 1) return behaviour.direct(payload);
    const isControl = (first & 0x20) !== 0;
    const headerBytes = GUE_BASE_BYTES + (first & 0x1f) * WORD_BYTES;
    if (variant !== 0 || isControl || payload.length < headerBytes) return undefined;
    if (!behaviour.flagsAreKnown(readUint16(payload, 2))) return undefined;
    return behaviour.demultiplex(payload[1] ?? 0, payload.subarray(headerBytes));
  },
  flagsAreKnown: (flags) => flags === 0,
  demultiplex: (protocol, content) => (protocol === PROTOCOL.IPV6 ? content : undefined),
  direct: (payload) => ((payload[0] ?? 0) >>> 4 === 6 ? payload : undefined),
};
