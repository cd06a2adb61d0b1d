import { passTime } from './bench-time.ts';
import type { WrongFrame } from './receiver.ts';
import { runTrial, type Trial, type TrialPath } from './trial.ts';
import type { Stream } from '../traffic/stream.ts';

/** What came of the first frames through the DUT. */
export interface Learned {
  readonly flows: number;
  /** Flows of which the first frame came out right. */
  readonly delivered: number;
  /** Whether anything came out right. */
  readonly getsThrough: boolean;
  readonly firstWrong: WrongFrame | undefined;
}

/** Slow enough for a node that resolves each neighbour anew. */
const FRAMES_PER_SECOND = 2_000;
const WARM_UP_FRAMES = 40;
const WARM_UP_PER_SECOND = 100;
/** Of few flows more frames than one each, because a DUT may lose some. */
const LEAST_FRAMES = 100;
/** A first packet that is late is not lost: this is waited whenever one is missing. */
const DRAIN_SECONDS = 2;

/**
 * RFC 2544 section 23: before the load the DUT learns the way. First the neighbours, with frames that may get lost; then one frame of
 * each flow, of which the first packet to every node is counted.
 */
export const learn = async (path: TrialPath, stream: Stream): Promise<Learned> => {
  // Few flows, so that the nodes of the others are not talked to yet.
  await offer(path, firstFlows(stream), WARM_UP_FRAMES, WARM_UP_PER_SECOND);
  const { records, beside } = await offer(path, stream, Math.max(stream.flows, LEAST_FRAMES), FRAMES_PER_SECOND);
  const [record] = records;
  const first = record?.arrivedAtNs.subarray(0, stream.flows) ?? new Float64Array(0);
  return {
    flows: stream.flows,
    delivered: first.reduce((count, at) => (Number.isNaN(at) ? count : count + 1), 0),
    getsThrough: (record?.received ?? 0) > 0,
    firstWrong: beside.firstWrong,
  };
};

/** All pods of the DUT, which take turns with the flows. */
const WARM_UP_FLOWS = 12;

const firstFlows = (stream: Stream): Stream => {
  const flows = Math.min(stream.flows, WARM_UP_FLOWS);
  return { ...stream, flows, inputs: stream.inputs.slice(0, flows), outputs: stream.outputs.slice(0, flows) };
};

const offer = async (path: TrialPath, stream: Stream, frames: number, framesPerSecond: number): Promise<Trial> => {
  const trial = await runTrial(path, [{ stream, framesPerSecond }], {
    seconds: frames / framesPerSecond,
    drainSeconds: DRAIN_SECONDS,
    quietSeconds: DRAIN_SECONDS,
  });
  await passTime(path.time, 0.01);
  return trial;
};
