import type { Clock } from '../wire/clock.ts';
import type { PortName, Wire } from '../wire/wire.ts';
import type { TargetSetup } from '../target/setup.ts';
import type { StatsOutcome } from '../target/stats.ts';

export const NODE_NAMES = ['memory', 'vm', 'netns', 'docker'] as const;
export type NodeName = (typeof NODE_NAMES)[number];

/** How a port looks from inside the node. */
export interface NodePort {
  /** Interface name inside the node, e.g. `eth0`. */
  readonly interfaceName: string;
  /** MAC address of the DUT on this port, e.g. `02:41:00:00:00:01`. */
  readonly macAddress: string;
  /** Largest MTU that the port can be given. */
  readonly maximumMtuBytes: number;
}

export interface PhaseDuration {
  readonly phase: string;
  readonly durationMs: number;
}

/** What a report says of the place where the DUT ran. */
export interface NodeFacts {
  readonly node: NodeName;
  /** `uname -r` of the kernel under the target. */
  readonly kernelRelease?: string;
  /** What the user asked for, e.g. `bookworm`. */
  readonly kernelName?: string;
  /** `kvm` or `tcg`. */
  readonly accelerator?: string;
  /** How frames get to a network interface of this machine: `afpacket`, `pcap` or `cap`. */
  readonly wire?: string;
  readonly phases: readonly PhaseDuration[];
}

/** The answer of a target to `up`: it stands, or it says itself (exit 127) that it cannot do this. Anything else throws TargetError. */
export type UpOutcome =
  { readonly kind: 'ready'; readonly durationMs: number } | { readonly kind: 'unsupported'; readonly reason: string };

/** What can be seen of a node without sending packets. */
export interface NodeInspection {
  /** One line for each interface, address, route, rule, packet filter and process of the node, with its properties. */
  state(): Promise<readonly string[]>;
  /** One line for each thing that is still there; to be asked after the session has been disposed of. */
  remains(): Promise<readonly string[]>;
}

/** A way into a node for people. */
export interface NodeShell {
  /** Command line that opens a shell in the node from another terminal; absent where only this process gets in. */
  readonly command?: readonly string[];
  /** Runs a shell script in the node; one that does not end within a minute is ended. */
  run(script: string): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>;
}

/** One started node with one target in it. Profiles are set up and torn down any number of times between start and disposal. */
export interface NodeSession extends AsyncDisposable {
  readonly facts: NodeFacts;
  readonly clock: Clock;
  readonly ports: ReadonlyMap<PortName, NodePort>;
  readonly wires: ReadonlyMap<PortName, Wire>;
  up(setup: TargetSetup): Promise<UpOutcome>;
  /** Takes the target down; the next `up` starts from the state of a fresh node. Safe to call when nothing is up. */
  down(): Promise<void>;
  /** Runs the program `stats` of the target that is up. */
  stats(): Promise<StatsOutcome>;
  /** Looks for what a target leaves behind; absent where a node cannot be looked into. */
  readonly inspection?: NodeInspection;
  /** Absent where there is nothing to get into. */
  readonly shell?: NodeShell;
  /** What the node can say of itself after a failure (console log, target's stderr), or an empty string. */
  diagnostics(): Promise<string>;
}
