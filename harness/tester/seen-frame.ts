import { decode, type Decoded, type DecodeOptions } from '../packet/decode.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import type { PortName } from '../wire/wire.ts';
import type { SeenFrame, Stimulus } from './context.ts';

/** A recorded frame with the stimulus that it belongs to; decoded when somebody looks. */
export class RecordedSeenFrame implements SeenFrame {
  readonly number: number;
  readonly port: PortName;
  readonly bytes: Uint8Array;
  readonly timestampNs: bigint;
  readonly stimulus: Stimulus | undefined;
  readonly #reading: DecodeOptions;
  #decoded: Decoded | undefined;

  constructor(
    recorded: Pick<RecordedFrame, 'number' | 'port' | 'bytes' | 'timestampNs'>,
    stimulus: Stimulus | undefined,
    reading: DecodeOptions = {},
  ) {
    this.#reading = reading;
    this.number = recorded.number;
    this.port = recorded.port;
    this.bytes = recorded.bytes;
    this.timestampNs = recorded.timestampNs;
    this.stimulus = stimulus;
  }

  get decoded(): Decoded {
    this.#decoded ??= decode(this.bytes, 'ethernet', this.#reading);
    return this.#decoded;
  }

  /** The same frame charged to another stimulus, which only its first fragment names. */
  withStimulus(stimulus: Stimulus | undefined): SeenFrame {
    return new RecordedSeenFrame(this, stimulus, this.#reading);
  }
}
