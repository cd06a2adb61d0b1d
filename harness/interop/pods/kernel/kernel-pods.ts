import { createHash } from 'node:crypto';
import type { Ipv6Address } from '../../../address/index.ts';
import { ResourceStack } from '../../../node/vm/resource-stack.ts';
import { build } from '../../../packet/build.ts';
import { equalBytes } from '../../../packet/bytes.ts';
import { decode, findLayer } from '../../../packet/decode.ts';
import { ICMPV6, type Icmpv6Header } from '../../../packet/icmpv6.ts';
import { ICMPV6_TYPE } from '../../../packet/icmpv6-types.ts';
import { IPV6 } from '../../../packet/ipv6.ts';
import { ethernet } from '../../../packet/layers/ethernet.ts';
import { icmpv6EchoRequest } from '../../../packet/layers/icmpv6.ts';
import { ipv6 } from '../../../packet/layers/ipv6.ts';
import type { MacAddress } from '../../../packet/mac-address.ts';
import { UDP } from '../../../packet/udp.ts';
import { seededRandom } from '../../../random.ts';
import { otherSide } from '../../links.ts';
import { SIDES, type Side } from '../../result.ts';
import type { PodPair, Pods, PodsOptions, SizesOutcome, TransferOptions, TransferOutcome } from '../pods.ts';
import { SizesExchange, type SizedPacket } from '../sizes-exchange.ts';
import { PodAgentError, type AgentEvent } from './agent-process.ts';
import { openPodNetwork, type PodNetwork } from './pod-network.ts';

const UDP_PORT = 5000;
const FIRST_PORT = 5001;
const FIRST_SOURCE_PORT = 40_000;
const UDP_OVERHEAD_BYTES = IPV6.HEADER_LENGTH + UDP.HEADER_LENGTH;
const ECHO_OVERHEAD_BYTES = IPV6.HEADER_LENGTH + ICMPV6.HEADER_LENGTH;

/**
 * Pods that are network namespaces of this machine's kernel, with its IPv6, UDP and TCP. Echo requests are made here, because a program
 * needs more rights for them than for anything else; it is the kernel that answers them.
 */
export class KernelPods implements Pods {
  readonly kind = 'kernel';
  readonly hasNeighbourDiscovery = true;
  readonly #options: PodsOptions;
  readonly #networks: Readonly<Record<Side, PodNetwork>>;
  #onEvent: (event: AgentEvent) => void = () => undefined;
  #onIcmp: (header: Icmpv6Header, source: Ipv6Address) => void = () => undefined;
  #failure: unknown;
  #count = 0;

  private constructor(options: PodsOptions, networks: Readonly<Record<Side, PodNetwork>>) {
    this.#options = options;
    this.#networks = networks;
    for (const side of SIDES) {
      networks[side].wire.onFrame((frame) => {
        options.send(side, frame);
      });
    }
  }

  /** @throws NetnsError, WireError (exit code 3) when this machine cannot have them */
  static async open(options: PodsOptions): Promise<KernelPods> {
    const resources = new ResourceStack();
    let pods: KernelPods | undefined;
    const onEvent = (event: AgentEvent): void => {
      if (pods !== undefined) pods.#onEvent(event);
    };
    try {
      const n1 = resources.use(await openPodNetwork(options.labs.n1, onEvent));
      const n2 = resources.use(await openPodNetwork(options.labs.n2, onEvent));
      pods = new KernelPods(options, { n1, n2 });
      return pods;
    } catch (error) {
      await resources[Symbol.asyncDispose]();
      throw error;
    }
  }

  macOf(side: Side): MacAddress {
    return this.#networks[side].macAddress;
  }

  receive(side: Side, frame: Uint8Array): void {
    this.#networks[side].wire.send(frame);
    const packet = decode(frame, 'ethernet');
    const icmp = findLayer(packet, 'icmpv6');
    const network = findLayer(packet, 'ipv6');
    if (icmp !== undefined && network !== undefined) this.#onIcmp(icmp.header, network.header.source);
  }

  async ping(pair: PodPair, sizes: readonly number[], limitMs: number): Promise<SizesOutcome> {
    const { labs, send } = this.#options;
    const { from, source, destination } = pair;
    const identifier = ++this.#count & 0xffff;
    const contents = sizes.map((size) => this.#content('ping', size - ECHO_OVERHEAD_BYTES));
    const packets = sizes.map((size, sequence): SizedPacket => {
      const message = icmpv6EchoRequest({ identifier, sequence, data: contents[sequence] ?? new Uint8Array(0) });
      const header = ethernet({ source: this.macOf(from), destination: labs[from].macs.dut.P });
      const frame = build(header, ipv6({ source, destination }), message);
      return { size, key: String(sequence), send: () => send(from, frame) };
    });
    const exchange = new SizesExchange(packets);
    this.#onIcmp = ({ type, identifier: answered, sequence, body }, answerer) => {
      if (type !== ICMPV6_TYPE.ECHO_REPLY || answered !== identifier || !answerer.equals(destination)) return;
      const content = contents[sequence];
      exchange.arrived(String(sequence), content !== undefined && equalBytes(content, body));
    };
    return this.#run(exchange, limitMs);
  }

  async datagrams(pair: PodPair, sizes: readonly number[], limitMs: number): Promise<SizesOutcome> {
    const { from, source, destination } = pair;
    const { agent } = this.#networks[from];
    const sourcePort = FIRST_SOURCE_PORT + ++this.#count;
    const hashes = new Map<string, string>();
    const packets = sizes.map((size): SizedPacket => {
      const content = this.#content('datagram', size - UDP_OVERHEAD_BYTES);
      hashes.set(String(size), sha256(content));
      const parameters = { source: source.toString(), sourcePort, destination: destination.toString(), port: UDP_PORT };
      const data = Buffer.from(content).toString('base64');
      return {
        size,
        key: String(size),
        send: () => {
          this.#watch(agent.call('udp-send', { ...parameters, data }));
        },
      };
    });
    const exchange = new SizesExchange(packets);
    this.#onEvent = (event) => {
      if (event.event !== 'datagram' || event.fromPort !== sourcePort) return;
      const key = String(event.length + UDP_OVERHEAD_BYTES);
      exchange.arrived(key, hashes.get(key) === event.sha256);
    };
    this.#onIcmp = ({ type }) => {
      if (type === ICMPV6_TYPE.PACKET_TOO_BIG) exchange.tooBig();
    };
    await this.#networks[otherSide(from)].agent.call('udp-listen', { address: destination.toString(), port: UDP_PORT });
    return this.#run(exchange, limitMs);
  }

  async transfer({ bytes, limitMs, onHalf, from, source, destination }: TransferOptions): Promise<TransferOutcome> {
    const port = FIRST_PORT + ++this.#count;
    const data = this.#content('transfer', bytes);
    let received = { bytes: 0, sha256: '', isEnded: false };
    let isSent = false;
    let error: string | undefined;
    let hasHalf = false;
    this.#onEvent = (event) => {
      if (event.event === 'datagram' || event.port !== port) return;
      error ??= event.error;
      if (event.event === 'sent') isSent = true;
      else {
        received = { bytes: event.received, sha256: event.sha256 ?? '', isEnded: event.ended ?? false };
        if (!hasHalf && event.received * 2 >= bytes) onHalf?.();
        hasHalf ||= event.received * 2 >= bytes;
      }
    };
    const target = { destination: destination.toString(), port };
    await this.#networks[otherSide(from)].agent.call('tcp-listen', { address: target.destination, port, bytes });
    const content = Buffer.from(data).toString('base64');
    await this.#networks[from].agent.call('tcp-send', { ...target, source: source.toString(), data: content });
    await this.#until(() => (isSent && received.isEnded) || error !== undefined, limitMs);
    this.#ignore();
    return {
      bytes,
      receivedBytes: received.bytes,
      sentSha256: sha256(data),
      receivedSha256: received.sha256,
      closed: isSent && received.isEnded && error === undefined,
      ...(error === undefined ? {} : { error }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ignore();
    const resources = new ResourceStack();
    for (const side of SIDES) resources.use(this.#networks[side]);
    await resources[Symbol.asyncDispose]();
  }

  #content(what: string, lengthBytes: number): Uint8Array {
    return seededRandom(`${this.#options.seed} ${what} ${String(this.#count)}`).bytes(Math.max(0, lengthBytes));
  }

  /** What goes wrong with a command that nobody waits for ends the next wait. */
  #watch(command: Promise<void>): void {
    command.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  async #until(condition: () => boolean, limitMs: number): Promise<void> {
    await this.#options.clock.until(() => this.#failure !== undefined || condition(), limitMs);
    if (this.#failure !== undefined) throw new PodAgentError('their program broke', this.#failure);
  }

  async #run(exchange: SizesExchange, limitMs: number): Promise<SizesOutcome> {
    const outcome = await exchange.run(this.#options.clock, limitMs);
    this.#ignore();
    await this.#until(() => true, 0);
    return outcome;
  }

  #ignore(): void {
    this.#onEvent = () => undefined;
    this.#onIcmp = () => undefined;
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
