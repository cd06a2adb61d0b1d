import { copyOf } from '../../packet/arena.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { MacAddress } from '../../packet/mac-address.ts';
import type { OutputFrame } from '../canonical.ts';
import type { OriginalFinding, PortFrame, Recording, ReplayStep, ReplayStimulus } from '../recording.ts';
import type { Replayed } from '../replay.ts';

/** A recording of what a replay has just shown, with one finding: what was recorded before is of no use for other packets. */
export const rebased = (
  recording: Recording,
  { outputs, dutMacs }: Extract<Replayed, { kind: 'played' }>,
  finding: OriginalFinding,
  decisive: OutputFrame | undefined,
): Recording => {
  const frames = outputs.map(({ port, bytes }, index): PortFrame => ({
    number: index + 1,
    port,
    direction: 'outbound',
    bytes,
  }));
  const at = decisive === undefined ? -1 : outputs.findIndex(({ bytes }) => bytes === decisive.bytes);
  const { decisive: _decisive, frame: _frame, ...facts } = finding;
  const shown = frames[at];
  return {
    ...recording,
    dutMacs,
    steps: recording.steps.map((step) => withMacs(step, recording.dutMacs, dutMacs)),
    outputs: frames,
    findings: [shown === undefined ? facts : { ...facts, decisive: shown }],
    isWholeCase: false,
  };
};

const withMacs = (step: ReplayStep, from: Recording['dutMacs'], to: Recording['dutMacs']): ReplayStep =>
  step.kind !== 'exchange' ? step : { ...step, stimuli: step.stimuli.map((stimulus) => withMac(stimulus, from, to)) };

const withMac = (stimulus: ReplayStimulus, from: Recording['dutMacs'], to: Recording['dutMacs']): ReplayStimulus => {
  const { port, bytes } = stimulus;
  if (MacAddress.fromBytes(bytes, ETHERNET.DESTINATION).toString() !== from[port] || from[port] === to[port])
    return stimulus;
  const changed = copyOf(bytes);
  changed.set(MacAddress.parse(to[port]).bytes, ETHERNET.DESTINATION);
  return { ...stimulus, bytes: changed };
};
