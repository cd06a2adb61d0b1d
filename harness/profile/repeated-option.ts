import { ProfileError } from './profile-error.ts';

/**
 * What a person types must say each thing once: of two values one would silently be lost. Texts that the program puts together may
 * say an option again, and then the last one counts.
 *
 * @throws ProfileError at the option that repeats another one
 */
export const checkNoOptionRepeated = (text: string): void => {
  const seen = new Set<string>();
  let position = 0;
  for (const [index, part] of text.split(',').entries()) {
    const [name = ''] = part.split('=', 1);
    if (index > 0 && seen.has(name))
      throw new ProfileError(`expected each option once, found ${name} again`, text, position);
    if (index > 0) seen.add(name);
    position += part.length + 1;
  }
};
