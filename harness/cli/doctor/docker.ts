import { execa } from 'execa';
import { findCommand } from '../../../scripts/requirements.mjs';
import { isNodeImageThere, nodeImage } from '../../node/docker/node-image.ts';
import type { Check } from './check.ts';
import { installRemedy } from './programs.ts';

const BE_ROOT = 'be root: links are moved into the containers';

/** What the docker node needs: an engine on this machine, root, and an image, which the first run makes. */
export const dockerChecks = async (): Promise<Check[]> => {
  const facts = { name: 'docker', neededForDefaultRun: false, why: 'targets run in containers there (--node docker)' };
  const format = ['version', '--format', '{{.Server.Version}}'];
  const options = { reject: false, timeout: 5000, stdin: 'ignore' } as const;
  const { failed, stdout, stderr } = await execa('docker', format, options);
  if (failed && stderr.includes('permission denied'))
    return [{ ...facts, state: 'limited', found: 'its daemon does not let this user in', remedy: BE_ROOT }];
  if (failed) {
    return findCommand('dockerd') === undefined
      ? [{ ...facts, state: 'limited', found: 'not installed', remedy: installRemedy('docker.io') }]
      : [
          {
            ...facts,
            state: 'limited',
            found: 'its daemon does not answer',
            remedy: 'start it, and set DOCKER_HOST if it listens elsewhere',
          },
        ];
  }
  if (process.getuid?.() !== 0)
    return [
      {
        ...facts,
        state: 'limited',
        found: `${stdout}, but not as root`,
        remedy: BE_ROOT,
      },
    ];
  return [{ ...facts, state: 'ok', found: stdout }, await imageCheck()];
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
