import { readUint16 } from '../../packet/bytes.ts';
import type { Layer } from '../../packet/layer.ts';
import { payload } from '../../packet/layer.ts';
import { tcp } from '../../packet/layers/tcp.ts';
import { TCP_FLAG, type TcpHeader } from '../../packet/tcp.ts';
import { TcpReceiver } from './tcp-receiver.ts';
import { TcpSender } from './tcp-sender.ts';
import { sequenceAdd } from './tcp-sequence.ts';

const IPV6_AND_TCP_BYTES = 60;
const WINDOW_BYTES = 65_535;
const HANDSHAKE_TIMEOUT_MS = 500;
const OPTION_MSS = 2;

export interface TcpConnectionOptions {
  readonly localPort: number;
  readonly remotePort: number;
  readonly initialSequence: number;
  /** What to send; the side that has nothing sends its FIN at once when the other one has finished. */
  readonly data: Uint8Array;
  readonly linkMtuBytes: number;
  readonly send: (...layers: readonly Layer[]) => void;
  readonly schedule: (delayMs: number, action: () => void) => () => void;
  readonly onProgress?: (receivedBytes: number) => void;
}

/** One end of one TCP connection (RFC 9293), as much of it as a transfer takes: no options but MSS, no urgent data, no TIME-WAIT. */
export class TcpConnection {
  receiver: TcpReceiver | undefined;
  error: string | undefined;
  readonly #options: TcpConnectionOptions;
  readonly #isServer: boolean;
  #sender: TcpSender | undefined;
  #cancelHandshake: (() => void) | undefined;
  #handshakes = 0;

  private constructor(options: TcpConnectionOptions, isServer: boolean) {
    this.#options = options;
    this.#isServer = isServer;
  }

  static connect(options: TcpConnectionOptions): TcpConnection {
    const connection = new TcpConnection(options, false);
    connection.#shakeHands();
    return connection;
  }

  static listen(options: TcpConnectionOptions): TcpConnection {
    return new TcpConnection(options, true);
  }

  get retransmissions(): number {
    return Math.max(0, this.#handshakes - 1) + (this.#sender?.retransmissions ?? 0);
  }

  get segmentBytes(): number {
    return this.#sender?.segmentBytes ?? this.#options.linkMtuBytes - IPV6_AND_TCP_BYTES;
  }

  /** Everything has been sent, received and acknowledged, both ways. */
  get isClosed(): boolean {
    return this.#sender?.isDone === true && this.receiver?.isFinished === true;
  }

  /** Takes a segment of the peer. */
  take(header: TcpHeader, data: Uint8Array): void {
    const { flags } = header;
    if (this.error !== undefined) return;
    if ((flags & TCP_FLAG.RST) !== 0) {
      this.error = 'the peer has reset the connection';
      this.stop();
      return;
    }
    if ((flags & TCP_FLAG.SYN) !== 0) {
      this.#takeSyn(header);
      return;
    }
    if (this.receiver === undefined) return;
    this.#cancelHandshake?.();
    this.#cancelHandshake = undefined;
    const isLast = (flags & TCP_FLAG.FIN) !== 0;
    const isBare = data.length === 0 && !isLast;
    if (!isBare) this.receiver.take(header.sequence, data, isLast);
    this.#options.onProgress?.(this.receiver.receivedBytes);
    // A receiver that has nothing to say closes when the other end has.
    if (this.#options.data.length === 0 && !this.receiver.isFinished) this.#acknowledge();
    else {
      const before = this.#sender?.nextSequence;
      this.#sender?.acknowledge(header.acknowledgment, header.window, isBare);
      if (!isBare && before === this.#sender?.nextSequence) this.#acknowledge();
    }
  }

  /** A Packet Too Big has said how much the path takes. */
  shrink(mtuBytes: number, quotedSequence: number): void {
    this.#sender?.shrink(mtuBytes - IPV6_AND_TCP_BYTES, quotedSequence);
  }

  stop(): void {
    this.#sender?.stop();
    this.#cancelHandshake?.();
  }

  #takeSyn({ sequence, acknowledgment, flags, options, window }: TcpHeader): void {
    const isAnswer = (flags & TCP_FLAG.ACK) !== 0;
    if (isAnswer === this.#isServer) return;
    if (this.receiver === undefined) {
      const { initialSequence, data, linkMtuBytes, schedule } = this.#options;
      this.receiver = new TcpReceiver(sequenceAdd(sequence, 1));
      this.#sender = new TcpSender({
        firstSequence: sequenceAdd(initialSequence, 1),
        data,
        segmentBytes: Math.min(linkMtuBytes - IPV6_AND_TCP_BYTES, segmentLimitIn(options)),
        transmit: (at, piece, extra) => {
          this.#transmit(at, TCP_FLAG.ACK | extra, piece);
        },
        schedule,
      });
    }
    if (this.#isServer) this.#shakeHands();
    else {
      this.#cancelHandshake?.();
      this.#acknowledge();
      if (this.#options.data.length > 0) this.#sender?.acknowledge(acknowledgment, window, false);
    }
  }

  #shakeHands(): void {
    const { initialSequence, linkMtuBytes, schedule } = this.#options;
    const limit = linkMtuBytes - IPV6_AND_TCP_BYTES;
    const flags = TCP_FLAG.SYN | (this.#isServer ? TCP_FLAG.ACK : 0);
    this.#handshakes++;
    this.#cancelHandshake?.();
    this.#cancelHandshake = schedule(HANDSHAKE_TIMEOUT_MS * this.#handshakes, () => {
      this.#shakeHands();
    });
    this.#transmit(initialSequence, flags, undefined, Uint8Array.of(OPTION_MSS, 4, limit >>> 8, limit & 0xff));
  }

  #acknowledge(): void {
    this.#transmit(this.#sender?.nextSequence ?? sequenceAdd(this.#options.initialSequence, 1), TCP_FLAG.ACK);
  }

  #transmit(sequence: number, flags: number, data?: Uint8Array, options?: Uint8Array): void {
    const { localPort, remotePort, send } = this.#options;
    const header = tcp({
      sourcePort: localPort,
      destinationPort: remotePort,
      sequence,
      acknowledgment: this.receiver?.nextSequence ?? 0,
      flags,
      window: WINDOW_BYTES,
      ...(options === undefined ? {} : { options }),
    });
    send(header, payload(data));
  }
}

/** The MSS option of a SYN (RFC 9293 section 3.7.1), or what holds without one over IPv6. */
const segmentLimitIn = (options: Uint8Array): number => {
  for (let at = 0; at + 1 < options.length;) {
    const kind = options[at] ?? 0;
    if (kind === 0) break;
    if (kind === OPTION_MSS && at + 4 <= options.length) return readUint16(options, at + 2);
    at += kind === 1 ? 1 : Math.max(2, options[at + 1] ?? 2);
  }
  return 1220;
};
