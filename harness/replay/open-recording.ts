import { parseProfile } from '../profile/index.ts';
import { loadCapture, recordingOf, type Recording } from './recording.ts';
import { ReplayError } from './replay-error.ts';

export interface OpenOptions {
  /** Overrides what the capture says. */
  readonly profile?: string;
  readonly stimulus?: string;
  readonly map?: readonly string[];
}

export interface OpenedRecording {
  readonly recording: Recording;
  /** What could not be carried over. */
  readonly notes: readonly string[];
}

/** Reads a capture so that it can be played: evidence of a case as it is, somebody else's carried over into the lab. Throws CaptureError or ReplayError (exit 2). */
export const openRecording = async (file: string, options: OpenOptions): Promise<OpenedRecording> => {
  const capture = await loadCapture(file);
  const recording = recordingOf(capture);
  if (recording === undefined) {
    const { strangerRecording } = await import('./stranger/stranger-recording.ts');
    return strangerRecording(capture, options);
  }
  if (options.stimulus !== undefined || options.map !== undefined)
    throw new ReplayError(
      `${file}: expected no --stimulus and no --map, because the evidence of a case says both itself`,
    );
  if (options.profile === undefined) return { recording, notes: [] };
  const { text } = parseProfile(options.profile);
  const notes =
    text === recording.profileText
      ? []
      : [`the capture was made under ${recording.profileText}; its addresses are played as they are`];
  return { recording: { ...recording, profileText: text }, notes };
};
