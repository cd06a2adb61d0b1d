import type { Lab } from '../lab/index.ts';
import type { NodeSession } from '../node/node.ts';
import { overheadBytes, type Profile } from '../profile/index.ts';
import { seededRandom } from '../random.ts';
import type { TargetStats } from '../target/stats.ts';
import { Players } from '../tester/players.ts';
import { planSetUp } from '../tester/set-up.ts';
import type { PortName, Wire } from '../wire/wire.ts';
import { BenchTargetError } from './bench-error.ts';
import { timeOf, type BenchTime } from './load/bench-time.ts';
import type { TrialPath } from './load/trial.ts';
import { drawPeers } from './traffic/peers.ts';
import {
  decapsulationStream,
  encapsulationStream,
  innerBytesOf,
  nativeStream,
  type DutDirection,
  type Stream,
} from './traffic/stream.ts';

const ETHERNET_MTU_BYTES = 1500;

/** A DUT that is up, with a tester that plays everybody else and otherwise stays out of the way of the load. */
export interface BenchBed extends AsyncDisposable {
  readonly lab: Lab;
  readonly path: TrialPath;
  readonly time: BenchTime;
  /** Largest frame that needs no fragmentation on the way. */
  readonly largestFrameBytes: number;
  readonly underlayMtuBytes: number;
  /**
   * Frames of one direction; undefined where the domain has not as many nodes as `flows`.
   *
   * @param generation another name draws other nodes
   */
  readonly stream: (
    direction: DutDirection,
    frameSizeBytes: number,
    flows: number,
    generation?: string,
  ) => Stream | undefined;
  /** Entries of the target's tables; undefined where it does not say. */
  readonly entries: () => Promise<Readonly<Record<string, number>> | undefined>;
}

export interface BenchBedOptions {
  readonly session: NodeSession;
  readonly profile: Profile;
  readonly seed: string;
  /** The largest size that is going to be asked for; all MTUs are raised to it (RFC 8219 section 5.1). */
  readonly largestFrameBytes: number;
  /** The node's IPv4 address, where it is not that of the lab. */
  readonly dutIpv4?: string;
}

/**
 * Brings the DUT up. The session stays the caller's; disposing of the bed takes the target down.
 *
 * @throws BenchTargetError when it does not do the profile
 */
export const openBed = async ({
  session,
  profile,
  seed,
  largestFrameBytes,
  dutIpv4,
}: BenchBedOptions): Promise<BenchBed> => {
  const limit = Math.min(...[...session.ports.values()].map(({ maximumMtuBytes }) => maximumMtuBytes));
  const podMtuBytes = Math.min(Math.max(ETHERNET_MTU_BYTES, innerBytesOf(largestFrameBytes)), limit);
  const underlayMtuBytes = Math.min(podMtuBytes + overheadBytes(profile), limit);
  const { lab, setup, tunnelMtuBytes } = planSetUp(session, profile, {
    podMtuBytes,
    underlayMtuBytes,
    ...(dutIpv4 === undefined ? {} : { dutIpv4 }),
  });
  const outcome = await session.up(setup);
  if (outcome.kind === 'unsupported')
    throw new BenchTargetError(
      `expected a target that does ${profile.name}, found that it does not: ${outcome.reason}`,
    );
  const { wires } = session;
  const players = new Players(lab);
  const failure = watchEnds(wires);
  const answer = (port: PortName, frame: Uint8Array): void => {
    const reply = players.replyTo(port, frame);
    if (reply !== undefined) wires.get(port)?.send(reply);
  };
  const time = timeOf(session, wireOf(wires, 'P'));
  // Also between trials somebody asks for neighbours.
  let isInTrial = false;
  const idle = [...wires].map(([port, wire]) =>
    wire.onFrame((frame) => {
      if (!isInTrial) answer(port, frame);
    }),
  );
  return {
    lab,
    time,
    underlayMtuBytes,
    largestFrameBytes: Math.min(tunnelMtuBytes, podMtuBytes) + (largestFrameBytes - innerBytesOf(largestFrameBytes)),
    path: {
      wires,
      time,
      answer,
      check: failure.check,
      enter: () => {
        isInTrial = true;
      },
      leave: () => {
        isInTrial = false;
      },
    },
    stream: (direction, frameSizeBytes, flows, generation = '') => {
      if (direction === 'dual') return undefined;
      // The same nodes whatever the size, so that sizes can be compared.
      const peers = drawPeers(lab, flows, seededRandom(seed).fork(`peers ${String(flows)} ${generation}`));
      if (peers === undefined) return undefined;
      return MAKERS[direction]({ lab, id: STREAM_IDS[direction], frameSizeBytes, peers });
    },
    entries: async () => {
      const outcome = await session.stats();
      return outcome.kind === 'stats' ? numbersOf(outcome.stats) : undefined;
    },
    [Symbol.asyncDispose]: async () => {
      for (const stop of [...idle, ...failure.stop]) stop();
      await session.down();
    },
  };
};

const MAKERS = { encap: encapsulationStream, decap: decapsulationStream, native: nativeStream } as const;
const STREAM_IDS = { encap: 1, decap: 2, native: 3 } as const;

const wireOf = (wires: ReadonlyMap<PortName, Wire>, port: PortName): Wire => {
  const wire = wires.get(port);
  if (wire === undefined) throw new BenchTargetError(`expected a node with port ${port}, found none`);
  return wire;
};

/** A wire that ends by itself ends the measurement: what it lost on its way would be charged to the DUT. */
const watchEnds = (wires: ReadonlyMap<PortName, Wire>): { check: () => void; stop: readonly (() => void)[] } => {
  const ended: { readonly port: PortName; readonly reason: Error | undefined }[] = [];
  const stop = [...wires].map(([port, wire]) => wire.onClosed((reason) => void ended.push({ port, reason })));
  return {
    stop,
    check: () => {
      const [first] = ended;
      if (first === undefined) return;
      throw (
        first.reason ?? new BenchTargetError(`expected the wire on port ${first.port} to stay open, found it closed`)
      );
    },
  };
};

/** Tables of which the target knows the size. */
const numbersOf = ({ entries }: TargetStats): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(entries).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
