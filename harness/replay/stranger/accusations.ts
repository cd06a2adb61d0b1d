import { CaptureInput } from '../../check/input.ts';
import { checkCaptures } from '../../check/run.ts';
import type { Ipv4Address } from '../../address/ipv4-address.ts';
import type { Profile } from '../../profile/index.ts';

/** What the rules find in a frame of a capture. */
export interface Accusation {
  /** Number of the frame, from 1. */
  readonly frame: number;
  readonly requirement: string;
  readonly expected: string;
  readonly actual: string;
}

export interface Accused {
  /** Undefined where the capture has no tunnel packet that would show it. */
  readonly profile: Profile | undefined;
  readonly accusations: readonly Accusation[];
}

/** Judges a capture as `check` does. */
export const accusationsIn = async (
  file: string,
  profile: Profile | undefined,
  node?: Ipv4Address,
): Promise<Accused> => {
  const input = CaptureInput.ofFile(file);
  const accusations: Accusation[] = [];
  let used = profile;
  try {
    const outcomes = await checkCaptures({ inputs: [input], profile, node }, [
      {
        found: ({ record, findings }) => {
          for (const { requirement, expected, actual } of findings)
            accusations.push({ frame: record.number, requirement, expected: expected.join(' or '), actual });
        },
      },
    ]);
    for (const { group, result } of outcomes) {
      used ??= group.profile;
      const [error] = result.errors;
      if (error !== undefined) throw error;
    }
  } finally {
    await input.close();
  }
  return { profile: used, accusations };
};
