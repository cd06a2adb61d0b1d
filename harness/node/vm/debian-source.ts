import { readFile, stat } from 'node:fs/promises';
import { execa } from 'execa';
import { VmError } from './vm-error.ts';

/** Where Debian packages come from and which keys prove them. */
export interface DebianSource {
  readonly mirror: string;
  readonly securityMirror: string;
  readonly keyring: string;
  /** Code name of the host's own Debian suite, where the host is Debian. */
  readonly hostSuite: string | undefined;
}

const DEFAULT_MIRROR = 'http://deb.debian.org/debian';
const DEFAULT_SECURITY_MIRROR = 'http://deb.debian.org/debian-security';
const KEYRINGS = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp'];

const isFile = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // whatever the reason, it cannot be used
  }
};

/**
 * Finds the mirror and the keyring that this host uses, so that packages can be had wherever its apt works.
 * `PROTO41_DEBIAN_MIRROR`, `PROTO41_DEBIAN_SECURITY_MIRROR` and `PROTO41_DEBIAN_KEYRING` override what is found.
 */
export const findDebianSource = async (environment: NodeJS.ProcessEnv = process.env): Promise<DebianSource> => {
  const repositories = await configuredRepositories();
  const keyring = await firstFile([environment['PROTO41_DEBIAN_KEYRING'] ?? '', ...KEYRINGS]);
  if (keyring === undefined) {
    throw new VmError(
      'VM_NO_KEYRING',
      `expected Debian's archive keys in ${KEYRINGS[0]}, found none; install them with: apt-get install debian-archive-keyring`,
    );
  }
  const find = (matches: (uri: string) => boolean): string | undefined =>
    repositories.find(matches)?.replace(/\/+$/, '');
  return {
    mirror: environment['PROTO41_DEBIAN_MIRROR'] ?? find((uri) => /\/debian\/?$/.test(uri)) ?? DEFAULT_MIRROR,
    securityMirror:
      environment['PROTO41_DEBIAN_SECURITY_MIRROR'] ??
      find((uri) => /\/debian-security\/?$/.test(uri) || /security\.debian\.org/.test(uri)) ??
      DEFAULT_SECURITY_MIRROR,
    keyring,
    hostSuite: await hostSuite(),
  };
};

/** The lines of an apt configuration that decide how this host reaches its mirrors: proxies, certificates, retries. */
export const transportSettings = async (): Promise<string> => {
  const dump = await execa('apt-config', ['dump'], { reject: false });
  if (dump.failed) return '';
  return dump.stdout
    .split('\n')
    .filter((line) => /^Acquire::(http|https|ftp|socks|Retries|ForceIPv[46]|Check-)/.test(line))
    .join('\n');
};

const configuredRepositories = async (): Promise<string[]> => {
  const targets = await execa('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], {
    reject: false,
  });
  if (targets.failed) {
    if (targets.code === 'ENOENT') {
      throw new VmError(
        'VM_NO_APT',
        'expected apt-get, which fetches the kernel, found none; on a system without apt give a kernel of your own: ' +
          '--kernel <path of vmlinuz>:<path of its /lib/modules/RELEASE>',
      );
    }
    return [];
  }
  return targets.stdout.split('\n').filter((uri) => /^(https?|ftp|file|copy):/.test(uri));
};

const firstFile = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) if (await isFile(path)) return path;
  return undefined;
};

const hostSuite = async (): Promise<string | undefined> => {
  if (!(await isFile('/etc/os-release'))) return undefined;
  const release = await readFile('/etc/os-release', 'utf8');
  if (!/^ID=debian$/m.test(release)) return undefined;
  return /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
};
