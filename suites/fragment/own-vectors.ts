import type { Ipv6Address } from '../../harness/address/index.ts';
import { fragmentHeader, icmpv6EchoRequest, IPV6, PROTOCOL, type Layer } from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from './vectors.ts';

/** An echo request to the DUT itself, to be sent in IPv6 fragments: the reply shows whether it was put together. */
export interface EchoRequest {
  /** What the fragments belong to; never sent as it is. */
  readonly whole: Stimulus;
  /** The part that is cut: the ICMPv6 message. */
  readonly message: Uint8Array;
  readonly source: Ipv6Address;
  readonly identification: number;
}

export interface OwnPiece {
  readonly offsetBytes: number;
  /** Up to the end of the message when left out. */
  readonly lengthBytes?: number;
  /** Set unless the piece reaches the end of the message. */
  readonly moreFragments?: boolean;
  /** Other bytes than those of the message. */
  readonly bytes?: Uint8Array;
  readonly nextHeader?: number;
  /** Headers in front of the Fragment header. */
  readonly before?: readonly Layer[];
}

export interface EchoFields {
  readonly source?: Ipv6Address;
  readonly messageBytes?: number;
  readonly identification?: number;
}

const MESSAGE_BYTES = 104;
const ECHO_HEADER_BYTES = 8;

export const ownEcho = (t: TestContext, title: string, fields: EchoFields = {}): EchoRequest => {
  const mark = t.mark();
  const data = new Uint8Array((fields.messageBytes ?? MESSAGE_BYTES) - ECHO_HEADER_BYTES).fill(0x41);
  data.set(t.tag(mark));
  const { lab } = t;
  const source = fields.source ?? lab.n2.pod();
  const inner = t.inner({
    mark,
    source,
    destination: lab.overlayAddress,
    layers: [icmpv6EchoRequest({ identifier: 0x4145, sequence: mark & 0xffff, data })],
    payload: new Uint8Array(0),
  });
  const whole = named({ ...t.fromTunnel(inner), mark }, title);
  const identification = fields.identification ?? mark + 0x4100_0000;
  return { whole, message: inner.subarray(IPV6.HEADER_LENGTH), source, identification };
};

/** One IPv6 fragment of the request in a tunnel packet of its own (RFC 8200 section 4.5). */
export const ownPiece = (t: TestContext, request: EchoRequest, piece: OwnPiece): Stimulus => {
  const { whole, message, source, identification } = request;
  const { offsetBytes } = piece;
  const end = piece.lengthBytes === undefined ? message.length : offsetBytes + piece.lengthBytes;
  const content = piece.bytes ?? message.subarray(offsetBytes, end);
  const packet = t.inner({
    mark: whole.mark,
    source,
    destination: t.lab.overlayAddress,
    layers: [
      ...(piece.before ?? []),
      fragmentHeader({
        nextHeader: piece.nextHeader ?? PROTOCOL.ICMPV6,
        fragmentOffset: offsetBytes / 8,
        moreFragments: piece.moreFragments ?? end < message.length,
        identification,
      }),
    ],
    payload: content,
  });
  const title = `IPv6 fragment of ${String(content.length)} bytes at ${String(offsetBytes)} of the ${whole.title}`;
  return { ...t.fromTunnel(packet), mark: whole.mark, title, partOf: whole };
};

/** The request in pieces of these lengths and the rest. */
export const ownPieces = (t: TestContext, request: EchoRequest, lengthsBytes: readonly number[]): Stimulus[] => {
  let offsetBytes = 0;
  const pieces = lengthsBytes.map((lengthBytes) => {
    const piece = { offsetBytes, lengthBytes };
    offsetBytes += lengthBytes;
    return piece;
  });
  return [...pieces, { offsetBytes }].map((piece) => ownPiece(t, request, piece));
};
