import { execa } from 'execa';
import { DockerError } from './docker-error.ts';

/** What answers to the client `docker` of this machine. */
export type EngineState =
  | { readonly kind: 'answers'; readonly version: string }
  | { readonly kind: 'no client' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'silent'; readonly said: string };

const WAIT_MS = 5_000;

/** A machine with much to do may take its time; whoever wants a container waits for it. */
const PATIENT_WAIT_MS = 30_000;

/** Asks the engine for its version. */
export const askEngine = async (waitMs: number = WAIT_MS): Promise<EngineState> => {
  const format = ['version', '--format', '{{.Server.Version}}'];
  const result = await execa('docker', format, { reject: false, timeout: waitMs, stdin: 'ignore' });
  if (!result.failed) return { kind: 'answers', version: result.stdout };
  if (result.code === 'ENOENT') return { kind: 'no client' };
  if (result.stderr.includes('permission denied')) return { kind: 'locked' };
  const said = result.stderr.trim().split('\n').at(-1) ?? '';
  return { kind: 'silent', said: result.timedOut ? `nothing within ${String(waitMs / 1000)} s` : said };
};

/**
 * Says at once what would come up somewhere below otherwise, in words that do not speak of docker.
 *
 * @throws DockerError `NODE_DOCKER_ENGINE` without an engine that answers, `NODE_DOCKER_ROOT` for a user who is not root
 */
export const expectEngine = async (userId: number | undefined = process.geteuid?.()): Promise<void> => {
  const state = await askEngine(PATIENT_WAIT_MS);
  const expected = 'expected a docker engine on this machine (--node docker), found';
  if (state.kind === 'no client')
    throw new DockerError('NODE_DOCKER_ENGINE', `${expected} no program docker; \`doctor\` says what installs it`);
  if (state.kind === 'silent')
    throw new DockerError(
      'NODE_DOCKER_ENGINE',
      `${expected} that none answers: ${state.said}; start it, or set DOCKER_HOST if it listens elsewhere`,
    );
  if (state.kind === 'locked' || userId !== 0)
    throw new DockerError(
      'NODE_DOCKER_ROOT',
      'expected to be root (--node docker), because links are moved into the container, found another user; be root, or take --node netns or --node vm where the target can',
    );
};
