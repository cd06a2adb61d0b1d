/** The reference as a process: reads its set-up from standard input, works on network interfaces, says `ready`, ends on SIGTERM. */
import { randomInt } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { isProto41Error } from '../../errors.ts';
import { parseProfile } from '../../profile/index.ts';
import { NOT_SUPPORTED } from '../../target/program-failure.ts';
import type { TargetSetup } from '../../target/setup.ts';
import { AfPacketWire } from '../../wire/interface/afpacket-wire.ts';
import { PORT_NAMES, type PortName } from '../../wire/wire.ts';
import { createReference, type Reference } from '../reference.ts';
import { Outbox } from './outbox.ts';
import { TurnClock } from './turn-clock.ts';

/** Frames for each system call: a call costs as much as working on a dozen of them. */
const BATCH_FRAMES = 128;
/** Some dozen frames come meanwhile at full speed. */
const REST_MS = 0.1;

export interface DaemonOptions {
  /** Where the process leaves its id, and on SIGUSR2 its statistics. */
  readonly pidFile: string;
  readonly statsFile: string;
  /** Faults that are switched on. */
  readonly faults?: readonly string[];
}

/** Runs until SIGTERM; a set-up that the reference cannot do ends the process with 127. */
export const runDaemon = async (options: DaemonOptions): Promise<void> => {
  // Written by the harness, which has one type for both ends.
  const setup = JSON.parse(await text(process.stdin)) as TargetSetup;
  const unsupported = whyUnknown(setup);
  if (unsupported !== undefined) return refuse(unsupported);
  const outbox = new Outbox();
  const outcome = createReference({
    setup,
    clock: new TurnClock(),
    lendsFrames: true,
    seed: randomInt(2 ** 32),
    faults: options.faults ?? [],
    emit: (port, frame) => {
      outbox.put(port, frame);
    },
  });
  if (outcome.kind === 'unsupported') return refuse(outcome.reason);
  const { reference } = outcome;
  const wires = openWires(setup, reference, outbox);
  answerStats(reference, options);
  process.once('SIGTERM', () => {
    reference.stop();
    void Promise.all(wires.map((wire) => wire.close())).then(() => process.exit(0));
  });
  process.stdout.write('ready\n');
};

/** A word that no profile has is not for the reference to puzzle over. */
const whyUnknown = ({ profile }: TargetSetup): string | undefined => {
  try {
    parseProfile(profile);
    return undefined;
  } catch (error) {
    if (isProto41Error(error) && error instanceof Error) return error.message;
    throw error;
  }
};

const refuse = (reason: string): void => {
  process.stderr.write(`reference: not supported: ${reason}\n`);
  process.exitCode = NOT_SUPPORTED;
};

const openWires = ({ ports }: TargetSetup, reference: Reference, outbox: Outbox): AfPacketWire[] =>
  PORT_NAMES.flatMap((port: PortName) => {
    const facts = ports[port];
    if (facts === undefined) return [];
    const wire = new AfPacketWire({
      port,
      interfaceName: facts.interfaceName,
      tolerateLoss: true,
      lendsFrames: true,
      batchFrames: BATCH_FRAMES,
      restMs: REST_MS,
      onBatch: () => outbox.flush(),
    });
    outbox.attach(wire);
    wire.onFrame((frame) => {
      reference.receive(port, frame);
    });
    wire.onClosed((reason) => {
      if (reason !== undefined) throw reason;
    });
    return [wire];
  });

const answerStats = (reference: Reference, { pidFile, statsFile }: DaemonOptions): void => {
  process.on('SIGUSR2', () => {
    // A reader never sees half of it.
    writeFileSync(`${statsFile}.new`, JSON.stringify(reference.stats()));
    renameSync(`${statsFile}.new`, statsFile);
  });
  writeFileSync(pidFile, `${process.pid}\n`);
};
