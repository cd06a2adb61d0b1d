import { Option } from 'commander';
import { INTERFACE_BACKENDS } from '../wire/interface/interface-wire.ts';
import { EVIDENCE_MODES, readEvidence, readSeed, readWire } from './option-values.ts';

/** Options that mean the same for `run` and `interop`. */

export const wireOption = (): Option =>
  new Option(
    '--wire <name>',
    `how frames get to the interfaces of the nodes netns and docker: ${INTERFACE_BACKENDS.join(', ')} (default: afpacket)`,
  ).argParser(readWire);

export const seedOption = (): Option =>
  new Option('--seed <text>', 'seed of everything random (default: a new one, printed)').argParser(readSeed);

export const evidenceOption = (): Option =>
  new Option('--evidence <which>', `captures to keep: ${EVIDENCE_MODES.join(', ')}`)
    .argParser(readEvidence)
    .default('failures');
