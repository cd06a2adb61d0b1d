import type { Ipv6Address } from '../../address/index.ts';
import type { Lab } from '../../lab/index.ts';
import type { MacAddress } from '../../packet/mac-address.ts';
import type { PairClock } from '../pair-clock.ts';
import type { PodKind, Side } from '../result.ts';

/** Who speaks to whom: a pod behind one node to a pod behind the other one. */
export interface PodPair {
  readonly from: Side;
  readonly source: Ipv6Address;
  readonly destination: Ipv6Address;
}

/** What became of packets of different sizes. Sizes are those of the IPv6 packet before anybody fragments it. */
export interface SizesOutcome {
  readonly sent: readonly number[];
  /** Sizes that arrived (of a ping: were answered), with every byte as it was sent. */
  readonly arrived: readonly number[];
  /** Sizes that arrived with other bytes. */
  readonly damaged: readonly number[];
  /** Sizes that the sender had to send again, because somebody on the way said that they were too big. */
  readonly repeated: readonly number[];
}

export interface TransferOutcome {
  readonly bytes: number;
  readonly receivedBytes: number;
  /** Hexadecimal SHA-256 of what was sent, and of what has been received. */
  readonly sentSha256: string;
  readonly receivedSha256: string;
  /** Both ends have closed the connection in good order. */
  readonly closed: boolean;
  /** Segments that were sent again; unknown where a kernel does it. */
  readonly retransmissions?: number;
  /** The largest segment that the sender sent at last, where that is known. */
  readonly segmentBytes?: number;
  /** What the sender's stack said of a connection that broke. */
  readonly error?: string;
}

export interface TransferOptions extends PodPair {
  readonly bytes: number;
  readonly limitMs: number;
  /** Called once, when the receiver has half of the bytes. */
  readonly onHalf?: () => void;
}

export interface PodsOptions {
  readonly labs: Readonly<Record<Side, Lab>>;
  readonly clock: PairClock;
  readonly seed: string;
  /** Sends a frame of a pod to the node that it is behind. */
  readonly send: (side: Side, frame: Uint8Array) => void;
}

/** The pods behind both nodes, and what they can be made to say. */
export interface Pods extends AsyncDisposable {
  readonly kind: PodKind;
  /** Whether the pods do neighbour discovery themselves; else the players of the lab do it for them. */
  readonly hasNeighbourDiscovery: boolean;
  /** The MAC address under which a node finds a pod. */
  macOf(side: Side, pod: Ipv6Address): MacAddress;
  /** Takes a frame that a node has sent to its pods. */
  receive(side: Side, frame: Uint8Array): void;
  /** Echo requests of these sizes, one for each. */
  ping(pair: PodPair, sizes: readonly number[], limitMs: number): Promise<SizesOutcome>;
  /** UDP datagrams that make IPv6 packets of these sizes. */
  datagrams(pair: PodPair, sizes: readonly number[], limitMs: number): Promise<SizesOutcome>;
  /** One TCP connection, closed by both ends after `bytes` have gone from `source` to `destination`. */
  transfer(options: TransferOptions): Promise<TransferOutcome>;
}
