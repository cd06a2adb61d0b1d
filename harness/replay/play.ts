import { Ipv4Address } from '../address/ipv4-address.ts';
import { Ipv6Address } from '../address/ipv6-address.ts';
import { ETHERNET } from '../packet/ethernet.ts';
import { copyOf } from '../packet/arena.ts';
import { MacAddress } from '../packet/mac-address.ts';
import type { Seen, SeenFrame, Stimulus, TestContext } from '../tester/context.ts';
import type { DutMacs } from '../tester/course.ts';
import { flowLabelOf } from '../tester/marks.ts';
import { innerOfStimulus } from './attribution.ts';
import { stimuliOf, type Recording, type ReplayStep, type ReplayStimulus } from './recording.ts';

/** What came out of the DUT. */
export interface Played {
  /** In order of arrival; good packets of the tester and their answers are not among them. */
  readonly frames: readonly SeenFrame[];
  readonly dutMacs: DutMacs;
  /** The replay could not do what the recording did. */
  readonly refused: string | undefined;
}

/** Sends the packets of a recording in their order, good packets between them, to the DUT of the context. */
export const play = async (context: TestContext, recording: Recording): Promise<Played> => {
  skipMarks(context, recording);
  const wholes = new Map<number, Stimulus>();
  const frames: SeenFrame[] = [];
  const keep = (seen: Seen): void => void frames.push(...seen.frames, ...seen.control);
  for (const step of recording.steps) {
    const refused = await playStep(context, recording, step, wholes, keep);
    if (refused !== undefined) return { frames, dutMacs: macsOf(context), refused };
  }
  return { frames: frames.toSorted((a, b) => a.number - b.number), dutMacs: macsOf(context), refused: undefined };
};

const playStep = async (
  context: TestContext,
  recording: Recording,
  step: ReplayStep,
  wholes: Map<number, Stimulus>,
  keep: (seen: Seen) => void,
): Promise<string | undefined> => {
  switch (step.kind) {
    case 'exchange': {
      const stimuli = step.stimuli.map((each) => stimulusOf(context, recording, each, wholes));
      if (step.watchMs !== undefined) keep(await context.watch({ forMs: step.watchMs }, ...stimuli));
      else if (step.cold) keep(await context.coldExchange(...stimuli));
      else keep(await context.exchange(...stimuli));
      return undefined;
    }
    case 'sleep':
      await context.sleep(step.forMs);
      return undefined;
    case 'answer-for':
      context.answerFor(addressOf(step.address), step.answer);
      return undefined;
    case 'restart':
      return (await context.tryRestart(step.changes)).refused;
  }
};

/** The frame of the recording, for the MAC address that the DUT has here. Frames of one mark are fragments of one packet. */
const stimulusOf = (
  context: TestContext,
  { dutMacs }: Recording,
  { port, bytes, mark }: ReplayStimulus,
  wholes: Map<number, Stimulus>,
): Stimulus => {
  const frame = copyOf(bytes);
  const destination = MacAddress.fromBytes(frame, ETHERNET.DESTINATION).toString();
  if (destination === dutMacs[port]) frame.set(context.lab.macs.dut[port].bytes, ETHERNET.DESTINATION);
  const stimulus: Stimulus = {
    port,
    frame,
    mark,
    inner: innerOfStimulus({ port, bytes: frame }, context.lab.profile),
    title: `recorded packet on ${port}`,
  };
  const whole = wholes.get(mark);
  if (whole !== undefined) return { ...stimulus, inner: whole.inner, partOf: whole };
  wholes.set(mark, stimulus);
  return stimulus;
};

/** So many marks in a row that good packets of a replay do not need more. */
const FREE_MARKS = 0x2000;

/** Makes the marks of good packets others than those in the recorded frames: marks that differ as flow labels differ. */
const skipMarks = (context: TestContext, recording: Recording): void => {
  const labels = new Set(stimuliOf(recording).map(({ mark }) => flowLabelOf(mark)));
  let mark = context.mark();
  // Once around the flow labels there may be none; then some good packet is taken for a stimulus, which is no harm in itself.
  for (let tried = 0; tried < 0x100000 && isNearTaken(mark, labels); tried += FREE_MARKS)
    for (let skipped = 0; skipped < FREE_MARKS; skipped += 1) mark = context.mark();
};

const isNearTaken = (mark: number, labels: ReadonlySet<number>): boolean => {
  for (let ahead = 0; ahead < FREE_MARKS; ahead += 1) if (labels.has(flowLabelOf(mark + ahead))) return true;
  return false;
};

const addressOf = (text: string): Ipv4Address | Ipv6Address =>
  text.includes(':') ? Ipv6Address.parse(text) : Ipv4Address.parse(text);

const macsOf = ({ lab }: TestContext): DutMacs => {
  const { P, U, U2 } = lab.macs.dut;
  return { P: P.toString(), U: U.toString(), U2: U2.toString() };
};
