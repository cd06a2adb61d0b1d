import { Proto41Error } from '../errors.ts';

/** A profile text that cannot be read or is impossible; `position` is the index into `text` of the part that is wrong. */
export class ProfileError extends Proto41Error {
  readonly text: string;
  readonly position: number;

  constructor(message: string, text: string, position: number) {
    super(`Profile ${JSON.stringify(text)}, at position ${String(position)}: ${message}`, {
      code: 'PROFILE_INVALID',
      exitCode: 2,
    });
    this.text = text;
    this.position = position;
  }
}
