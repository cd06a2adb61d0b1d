import { findCommand } from '../../../scripts/requirements.mjs';
import { askEngine } from '../../node/docker/engine.ts';
import { isNodeImageThere, nodeImage } from '../../node/docker/node-image.ts';
import type { Check } from './check.ts';
import { installRemedy } from './programs.ts';

const BE_ROOT = 'be root: links are moved into the containers';

/** What the docker node needs: an engine on this machine, root, and an image, which the first run makes. */
export const dockerChecks = async (): Promise<Check[]> => {
  const facts = { name: 'docker', neededForDefaultRun: false, why: 'targets run in containers there (--node docker)' };
  const engine = await askEngine();
  if (engine.kind === 'no client')
    return [{ ...facts, state: 'limited', found: 'not installed', remedy: installRemedy('docker.io') }];
  if (engine.kind === 'locked')
    return [{ ...facts, state: 'limited', found: 'its daemon does not let this user in', remedy: BE_ROOT }];
  if (engine.kind === 'silent') {
    const found = `its client is there, but no daemon answers: ${engine.said}`;
    const remedy =
      findCommand('dockerd') === undefined
        ? `${installRemedy('docker.io')}, or set DOCKER_HOST if one listens elsewhere`
        : 'start it, and set DOCKER_HOST if it listens elsewhere';
    return [{ ...facts, state: 'limited', found, remedy }];
  }
  if (process.getuid?.() !== 0)
    return [
      {
        ...facts,
        state: 'limited',
        found: `${engine.version}, but not as root`,
        remedy: BE_ROOT,
      },
    ];
  return [{ ...facts, state: 'ok', found: engine.version }, await imageCheck()];
};

const imageCheck = async (): Promise<Check> => {
  const { name } = await nodeImage();
  const facts = {
    name: 'docker image',
    neededForDefaultRun: false,
    why: 'targets without an image of their own run in it',
  };
  if (await isNodeImageThere(name)) return { ...facts, state: 'ok', found: name };
  const found = 'the first run makes it, by docker/Dockerfile where a registry can be reached';
  return findCommand('mmdebstrap') === undefined
    ? {
        ...facts,
        state: 'limited',
        found: `${found}; there is no mmdebstrap for where none can`,
        remedy: installRemedy('mmdebstrap'),
      }
    : { ...facts, state: 'ok', found: `${found}, else by mmdebstrap` };
};
