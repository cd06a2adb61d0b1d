import { ETHERNET } from '../packet/ethernet.ts';
import { parseProfile, type Profile } from '../profile/index.ts';
import { isControlTraffic } from '../tester/control-traffic.ts';
import { fragmentKey } from '../tester/datagrams.ts';
import { innerOf } from '../tester/framing.ts';
import { Marks } from '../tester/marks.ts';
import { outerPacketIn } from '../tester/outer-packet.ts';
import type { PortName } from '../wire/wire.ts';
import { stimuliOf, type Recording, type ReplayStimulus } from './recording.ts';

/**
 * Whose doing a frame of the DUT is: a stimulus' (by its mark), a good packet's of the tester (`fence`), the DUT's own to find its
 * neighbours (`control`), or nobody's that is known.
 */
export type Cause = number | 'fence' | 'control' | 'unknown';

/** What announces a tag of any run. */
const TAG = Uint8Array.of(0x50, 0x34, 0x31, 0x9d);

/** Tells the frames of the recording and those of a replay apart by the marks of the recording, whatever the replay's own are. */
export class Attribution {
  readonly #marks: Marks<number>;

  constructor(recording: Recording) {
    this.#marks = new Marks<number>(recording.nonce, 0);
    const profile = parseProfile(recording.changes.profileText ?? recording.profileText);
    for (const stimulus of stimuliOf(recording))
      this.#marks.claim(stimulus.mark, stimulus.mark, innerOfStimulus(stimulus, profile));
  }

  markOf(frame: Uint8Array): number | undefined {
    return this.#marks.ownerOf(frame);
  }

  /** One cause for each frame. Later fragments carry no mark: they belong to whom the first one of their datagram belongs to. */
  causesOf(frames: readonly { readonly port: PortName; readonly bytes: Uint8Array }[]): readonly Cause[] {
    const keyOf = ({ port, bytes }: { readonly port: PortName; readonly bytes: Uint8Array }): string | undefined => {
      const key = port === 'P' ? undefined : fragmentKey(bytes);
      return key === undefined ? undefined : `${port} ${key}`;
    };
    const trains = new Map<string, Cause>();
    const causes = frames.map((frame): Cause => {
      const cause = this.#causeOf(frame.bytes);
      const key = keyOf(frame);
      if (key !== undefined && cause !== 'unknown') trains.set(key, cause);
      return cause;
    });
    return causes.map((cause, index) => {
      const frame = frames[index];
      const key = cause !== 'unknown' || frame === undefined ? undefined : keyOf(frame);
      return (key === undefined ? undefined : trains.get(key)) ?? cause;
    });
  }

  #causeOf(frame: Uint8Array): Cause {
    const mark = this.#marks.ownerOf(frame);
    if (mark !== undefined) return mark;
    if (Buffer.prototype.indexOf.call(frame, TAG) >= 0) return 'fence';
    return isControlTraffic(frame) ? 'control' : 'unknown';
  }
}

const NOTHING = new Uint8Array(0);

/** The inner packet of a stimulus, from the IPv6 header on; empty where there is none to be found. */
export const innerOfStimulus = (
  { port, bytes }: Pick<ReplayStimulus, 'port' | 'bytes'>,
  profile: Profile,
): Uint8Array => {
  if (port === 'P') return bytes.subarray(ETHERNET.HEADER_LENGTH);
  const outer = outerPacketIn(bytes);
  if (outer === undefined) return NOTHING;
  return innerOf(outer.payload, outer.protocol, profile) ?? NOTHING;
};
