import { memorySink, writeCapture } from '../../harness/capture/index.ts';
import type { CapturedFrame, FrameDescription } from '../../harness/capture/index.ts';

/** A frame of a few bytes. */
export const BYTES = Uint8Array.of(1, 2, 3, 4, 5);
/** A capture of two ports with a frame each. */
export const SAMPLE = written([
  { interfaceIndex: 0, timestampNs: 5n, bytes: BYTES, direction: 'inbound', comments: ['one', 'two'] },
  { interfaceIndex: 1, timestampNs: 6n, bytes: BYTES.subarray(1), direction: 'outbound' },
]);

/** A capture with the ports P and U. */
export function written(frames: readonly FrameDescription[]): Uint8Array {
  const sink = memorySink();
  const interfaces = [{ name: 'P' }, { name: 'U', description: 'underlay' }];
  writeCapture(sink, { section: { comments: ['about the file'] }, interfaces, frames });
  return sink.bytes();
}

/** Good frames, and the error that ended the reading if one did. */
export async function readAll(
  frames: AsyncIterable<CapturedFrame> | Iterable<CapturedFrame>,
): Promise<{ frames: CapturedFrame[]; error: unknown }> {
  const good: CapturedFrame[] = [];
  try {
    for await (const frame of frames) good.push(frame);
    return { frames: good, error: undefined };
  } catch (error) {
    return { frames: good, error };
  }
}

/** A file as it comes from a stream. */
export async function* pieces(bytes: Uint8Array, lengthBytes: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += lengthBytes) yield bytes.slice(from, from + lengthBytes);
}
