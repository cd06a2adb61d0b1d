import { execa } from 'execa';

/** Why a test that needs this command must be skipped, or undefined when the command answers. */
export async function commandMissing(command: string): Promise<string | undefined> {
  const { failed } = await execa(command, ['--version'], { reject: false });
  return failed ? `${command} is not installed` : undefined;
}
