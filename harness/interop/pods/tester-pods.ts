import { createHash } from 'node:crypto';
import type { Ipv6Address } from '../../address/index.ts';
import type { Lab } from '../../lab/index.ts';
import { equalBytes } from '../../packet/bytes.ts';
import { findLayer } from '../../packet/decode.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { MacAddress } from '../../packet/mac-address.ts';
import { payload, type Layer } from '../../packet/layer.ts';
import { icmpv6EchoRequest } from '../../packet/layers/icmpv6.ts';
import { udp } from '../../packet/layers/udp.ts';
import { UDP } from '../../packet/udp.ts';
import { seededRandom } from '../../random.ts';
import { otherSide } from '../links.ts';
import type { PairClock } from '../pair-clock.ts';
import type { Side } from '../result.ts';
import { PodHost, type Arrival, type TooBig } from './pod-host.ts';
import type { PodPair, Pods, PodsOptions, SizesOutcome, TransferOptions, TransferOutcome } from './pods.ts';
import { SizesExchange, type SizedPacket } from './sizes-exchange.ts';
import { TcpConnection, type TcpConnectionOptions } from './tcp-connection.ts';

const ECHO_HEADER_BYTES = 8;
const LINK_MTU_BYTES = 1500;
const FIRST_PORT = 40_000;
const UDP_PORT = 5000;
const TCP_PORT = 5001;

interface Sent extends SizedPacket {
  readonly content: Uint8Array;
}

/** Pods played by the tester: hosts with a stack of their own behind both nodes, on any kind of node. */
export class TesterPods implements Pods {
  readonly kind = 'tester';
  readonly hasNeighbourDiscovery = false;
  readonly #labs: Readonly<Record<Side, Lab>>;
  readonly #clock: PairClock;
  readonly #seed: string;
  readonly #hosts: Readonly<Record<Side, PodHost>>;
  #onArrival: (arrival: Arrival) => void = () => undefined;
  #onTooBig: (tooBig: TooBig) => void = () => undefined;
  #count = 0;

  constructor({ labs, clock, seed, send }: PodsOptions) {
    this.#labs = labs;
    this.#clock = clock;
    this.#seed = seed;
    const host = (side: Side): PodHost =>
      new PodHost(
        labs[side],
        (frame) => {
          send(side, frame);
        },
        {
          onArrival: (arrival) => {
            this.#onArrival(arrival);
          },
          onTooBig: (tooBig) => {
            this.#onTooBig(tooBig);
          },
        },
      );
    this.#hosts = { n1: host('n1'), n2: host('n2') };
  }

  /** Takes a frame that a node has sent to its pods. */
  receive(side: Side, frame: Uint8Array): void {
    this.#hosts[side].receive(frame);
  }

  ping(pair: PodPair, sizes: readonly number[], limitMs: number): Promise<SizesOutcome> {
    const headers = IPV6.HEADER_LENGTH + ECHO_HEADER_BYTES;
    const identifier = ++this.#count & 0xffff;
    const sent = sizes.map((size, sequence): Sent => {
      const content = this.#content(`ping ${String(size)}`, size - headers);
      const message = icmpv6EchoRequest({ identifier, sequence, data: content });
      return { size, key: String(sequence), content, send: this.#sender(pair, identifier, message) };
    });
    return this.#exchange(pair, sent, limitMs, ({ source, packet }) => {
      const echo = findLayer(packet, 'icmpv6')?.header;
      const isAnswer = echo?.type === ICMPV6_TYPE.ECHO_REPLY && source.equals(pair.destination);
      if (!isAnswer || echo.identifier !== identifier) return undefined;
      return { key: String(echo.sequence), content: echo.body };
    });
  }

  datagrams(pair: PodPair, sizes: readonly number[], limitMs: number): Promise<SizesOutcome> {
    const headers = IPV6.HEADER_LENGTH + UDP.HEADER_LENGTH;
    const sourcePort = FIRST_PORT + (++this.#count % 10_000);
    const sent = sizes.map((size): Sent => {
      const content = this.#content(`datagram ${String(size)}`, size - headers);
      const header = udp({ sourcePort, destinationPort: UDP_PORT });
      return {
        size,
        key: String(size),
        content,
        send: this.#sender(pair, sourcePort, header, payload(content)),
      };
    });
    return this.#exchange(pair, sent, limitMs, ({ destination, packet }) => {
      const header = findLayer(packet, 'udp');
      if (header?.header.sourcePort !== sourcePort || !destination.equals(pair.destination)) return undefined;
      const content = packet.bytes.subarray(header.offset + UDP.HEADER_LENGTH, header.endOffset);
      return { key: String(packet.bytes.length), content };
    });
  }

  macOf(side: Side, pod: Ipv6Address): MacAddress {
    return this.#labs[side].macOf(pod);
  }

  async transfer({ bytes, limitMs, onHalf, ...pair }: TransferOptions): Promise<TransferOutcome> {
    const clientPort = FIRST_PORT + (++this.#count % 10_000);
    const data = this.#content('transfer', bytes);
    let hasHalf = false;
    const server = TcpConnection.listen({
      ...this.#endpoint(otherSide(pair.from), pair, TCP_PORT, clientPort),
      data: new Uint8Array(0),
      onProgress: (received) => {
        if (hasHalf || received * 2 < bytes) return;
        hasHalf = true;
        onHalf?.();
      },
    });
    this.#onArrival = ({ source, packet }) => {
      const segment = findLayer(packet, 'tcp');
      if (segment === undefined) return;
      const { header } = segment;
      const content = packet.bytes.subarray(segment.offset + header.dataOffset * 4, segment.endOffset);
      const isForServer = source.equals(pair.source) && header.sourcePort === clientPort;
      const isForClient = source.equals(pair.destination) && header.destinationPort === clientPort;
      if (isForServer) server.take(header, content);
      else if (isForClient) client.take(header, content);
    };
    this.#onTooBig = ({ source, mtuBytes, quoted }) => {
      const segment = findLayer(quoted, 'tcp');
      if (segment === undefined) return;
      (source.equals(pair.source) ? client : server).shrink(mtuBytes, segment.header.sequence);
    };
    const client = TcpConnection.connect({ ...this.#endpoint(pair.from, pair, clientPort, TCP_PORT), data });
    await this.#clock.until(
      () => (client.isClosed && server.isClosed) || client.error !== undefined || server.error !== undefined,
      limitMs,
    );
    client.stop();
    server.stop();
    this.#ignore();
    const error = client.error ?? server.error;
    return {
      bytes,
      receivedBytes: server.receiver?.receivedBytes ?? 0,
      sentSha256: createHash('sha256').update(data).digest('hex'),
      receivedSha256: server.receiver?.sha256() ?? '',
      closed: client.isClosed && server.isClosed,
      retransmissions: client.retransmissions,
      segmentBytes: client.segmentBytes,
      ...(error === undefined ? {} : { error }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ignore();
  }

  #ignore(): void {
    this.#onArrival = () => undefined;
    this.#onTooBig = () => undefined;
  }

  #content(what: string, lengthBytes: number): Uint8Array {
    return seededRandom(`${this.#seed} ${what} ${String(this.#count)}`).bytes(Math.max(0, lengthBytes));
  }

  #sender({ from, source, destination }: PodPair, flow: number, ...layers: readonly Layer[]): () => void {
    return () => {
      this.#hosts[from].send(source, destination, flow, ...layers);
    };
  }

  #endpoint(
    side: Side,
    { from, source, destination }: PodPair,
    localPort: number,
    remotePort: number,
  ): Omit<TcpConnectionOptions, 'data'> {
    const [own, peer] = side === from ? [source, destination] : [destination, source];
    return {
      localPort,
      remotePort,
      initialSequence: seededRandom(`${this.#seed} ${side} ${String(this.#count)}`).nextUint32(),
      linkMtuBytes: LINK_MTU_BYTES,
      send: (...layers) => {
        this.#hosts[side].send(own, peer, localPort, ...layers);
      },
      schedule: (delayMs, action) => this.#clock.schedule(delayMs, action),
    };
  }

  async #exchange(
    pair: PodPair,
    sent: readonly Sent[],
    limitMs: number,
    read: (arrival: Arrival) => { readonly key: string; readonly content: Uint8Array } | undefined,
  ): Promise<SizesOutcome> {
    const exchange = new SizesExchange(sent);
    this.#onArrival = (arrival) => {
      const found = read(arrival);
      const match = sent.find(({ key }) => key === found?.key);
      if (found !== undefined && match !== undefined)
        exchange.arrived(match.key, equalBytes(found.content, match.content));
    };
    this.#onTooBig = ({ source }) => {
      if (source.equals(pair.source)) exchange.tooBig();
    };
    const outcome = await exchange.run(this.#clock, limitMs);
    this.#ignore();
    return outcome;
  }
}
