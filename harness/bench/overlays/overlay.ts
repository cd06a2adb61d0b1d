import type { LabNode, LabPod } from './lab.ts';

/**
 * Work for one program of a node: `ip` and `bridge` read lines as with -batch, `nft` as with -f, `wg` as with addconf on the
 * device `overlay`, `sh` runs them.
 */
export interface Commands {
  readonly tool: 'ip' | 'bridge' | 'nft' | 'wg' | 'sh';
  readonly lines: readonly string[];
}

/** Packets by which a node tells all others. */
export interface Advertisements {
  readonly tool: 'advertise';
  /** Ethernet frames on the segment of the underlay. */
  readonly frames: readonly Uint8Array[];
  /** What each of them makes others learn, e.g. `fd5a:1234:5600:3::/64`. */
  readonly routes: readonly string[];
}

export type Change = Commands | Advertisements;

/** What every node has to do when a pod moves; nothing where `changes` is empty. */
export interface Move {
  /** Looks up what the change needs, in each node, before the clock runs: e.g. the number of a rule. */
  readonly prepare?: Commands;
  readonly changes: readonly Change[];
}

export interface Impossible {
  readonly impossible: string;
}

/** Name of the device that carries the overlay, in every node. */
export const DEVICE = 'overlay';
/** Names of a node's interfaces: the underlay, and the pods of the two nodes that have a wire. */
export const UNDERLAY_DEVICE = 'u';

export const OVERLAY_IDS = [
  'native',
  'native-ra',
  'protocol-41',
  'fou',
  'gre',
  'ip6ip6',
  'vxlan',
  'wireguard',
  'ipv4-proxy',
] as const;
export type OverlayId = (typeof OVERLAY_IDS)[number];

/** One way to get packets from pod to pod, set up by the driver of the stock kernel. */
export interface Overlay {
  readonly id: OverlayId;
  readonly title: string;
  /** The driver, and how a node is told of the others, in a few words. */
  readonly driver: string;
  readonly inner: 'ipv6' | 'ipv4';
  /** Whether pods see each other on one link, or through their nodes as routers. */
  readonly pods: 'routed' | 'bridged';
  /** Makes a namespace this node, without any entry for others. */
  setUp(node: LabNode): readonly Change[];
  /** What a node must know of another one, whatever its pods. */
  nodeEntries(other: LabNode): readonly Change[];
  /** What a node must know of one pod of another. */
  podEntries(pod: LabPod): readonly Change[];
  /** A pod ends here and begins on another node, with the address that it has there. */
  moveToNewAddress(pod: LabPod, moved: LabPod): Move | Impossible;
  /** A pod goes to another node and keeps its address. */
  moveWithAddress(pod: LabPod, to: LabNode): Move | Impossible;
}

/** Changes one after the other, with those of one program together; each program's lines keep their order. */
export const combined = (changes: readonly Change[]): Change[] => {
  const commands = new Map<Commands['tool'], string[]>();
  const frames: Uint8Array[] = [];
  const routes: string[] = [];
  for (const change of changes) {
    if (change.tool === 'advertise') {
      frames.push(...change.frames);
      routes.push(...change.routes);
    } else commands.set(change.tool, [...(commands.get(change.tool) ?? []), ...change.lines]);
  }
  const all: Change[] = [...commands].map(([tool, lines]) => ({ tool, lines }));
  return frames.length === 0 ? all : [...all, { tool: 'advertise', frames, routes }];
};

export const ip = (...lines: readonly string[]): Commands => ({ tool: 'ip', lines });

export const isImpossible = (move: Move | Impossible): move is Impossible => 'impossible' in move;

/** Nothing to be told, because the address of the pod says where it is. */
export const NOTHING: Move = { changes: [] };
