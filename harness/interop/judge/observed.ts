import type { Ipv6Address } from '../../address/index.ts';
import type { Lab } from '../../lab/index.ts';
import type { MacAddress } from '../../packet/mac-address.ts';
import type { Violation } from '../../runner/verdict.ts';
import type { PairLinks } from '../links.ts';
import type { Network } from '../network.ts';
import type { Direction, InteropFinding, Side } from '../result.ts';

/** Everything that a pair leaves to be judged. */
export interface Observed {
  readonly labs: Readonly<Record<Side, Lab>>;
  readonly links: PairLinks;
  readonly network: Network;
  readonly underlayMtuBytes: number;
  /** The MAC address under which a node finds a pod. */
  readonly podMac: (side: Side, pod: Ipv6Address) => MacAddress;
  /** From this frame on a node has had its chance to learn that its path has become narrower. */
  readonly settledFrom: Readonly<Partial<Record<Side, number>>>;
}

/** One way in which an end broke a clause, before the catalogue and the expectations of the end are asked. */
export interface RawFinding extends Pick<
  Violation,
  'requirement' | 'expected' | 'actual' | 'frameNumber' | 'frame' | 'place' | 'differences'
> {
  readonly side: Side;
  readonly role: InteropFinding['role'];
  readonly direction?: Direction;
}

/** The direction in which the packets of a node's pods travel. */
export const directionFrom = (side: Side): Direction => (side === 'n1' ? 'n1-to-n2' : 'n2-to-n1');
