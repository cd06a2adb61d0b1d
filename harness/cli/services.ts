import type { NodeSession } from '../node/node.ts';
import type { Switches } from '../profile/index.ts';
import type { Expectation } from '../runner/expectation.ts';
import type { CaseRegistry } from '../runner/registry.ts';
import type { Requirement } from '../runner/requirement.ts';
import type { InterfaceBackend } from '../wire/interface/interface-wire.ts';
import type { CreateTestbed } from '../tester/testbed-contract.ts';

/** A target that can be run on a node. */
export interface ChosenTarget {
  /** Whether its refusals have to be tested before they are believed. */
  readonly probeNonsense: boolean;
  /** How it declares to be where the standards leave a choice. */
  readonly policies: Partial<Switches>;
  readonly expectations: readonly Expectation[];
  readonly expectationsFile?: string;
  /** Boots the node with the target in it. */
  readonly start: (options: StartOptions) => Promise<NodeSession>;
}

export interface TargetRequest {
  readonly target: string;
  readonly node: string;
  /** A name, or `<vmlinuz>:<modules folder>`. */
  readonly kernel: string | undefined;
  /** How frames get to network interfaces, where the node has some. */
  readonly wire?: InterfaceBackend | undefined;
  readonly registry: CaseRegistry;
  readonly seed: string;
}

export interface StartOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
  /** Folder in which a node leaves what the target itself had to say. */
  readonly outFolder?: string;
  /** Which of several nodes of one run it is, from 1. */
  readonly worker?: number;
}

/** The parts of Proto41 that the commands put to work; loaded when a command needs them, so that `--help` is quick. */
export interface Services {
  /** The program that this command line is the command line of; `run --jobs` starts it again. */
  readonly entry: URL;
  readonly loadRegistry: () => Promise<CaseRegistry>;
  /** Throws for a target, node or kernel that does not exist, or does not go with the others: wrong usage. */
  readonly chooseTarget: (request: TargetRequest) => Promise<ChosenTarget>;
  readonly loadTester: () => Promise<CreateTestbed>;
  readonly standardInput: () => AsyncIterable<Uint8Array>;
  /** The catalogue alone, without the cases. */
  readonly loadRequirements: () => Promise<readonly Requirement[]>;
  /** Requirements that a rule judges in every frame. */
  readonly ruleRequirements: () => Promise<ReadonlySet<string>>;
  readonly faultNames: () => Promise<ReadonlySet<string>>;
  /** Starts the reference in memory with these faults switched on. */
  readonly startFaultyReference: (faults: readonly string[]) => Promise<NodeSession>;
  /**
   * Starts the reference in memory as a model of a device, whose work takes time, with these faults of speed and loss.
   *
   * @param beside another one, with which it has one time
   */
  readonly startModelledReference: (
    faults: readonly string[],
    seed: string,
    beside?: NodeSession,
  ) => Promise<NodeSession>;
}
