import { withSystemFolders } from '../../scripts/requirements.mjs';

/** Lets all that this process starts, programs of targets included, find what Debian keeps out of the PATH of a user: tc, nft, modprobe. */
export const searchSystemFolders = (environment: NodeJS.ProcessEnv = process.env): void => {
  environment['PATH'] = withSystemFolders(environment['PATH']);
};
