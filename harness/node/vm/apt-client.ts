import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { DebianSource } from './debian-source.ts';
import { VmError } from './vm-error.ts';

/** One line of progress for a person who waits. */
export type ProgressListener = (message: string) => void;

export interface AptClientOptions {
  /** Holds sources list, package lists and cache; the apt of the host is neither read nor changed. */
  readonly folder: string;
  readonly source: DebianSource;
  readonly suite: string;
  /** Lines of apt configuration on how to reach the mirrors. */
  readonly transport: string;
  readonly onProgress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

/** Suites that have a security archive of their own; unstable has none. */
const hasSecurityArchive = (suite: string): boolean => suite !== 'sid';

const configuration = (folder: string, transport: string): string => `${transport}
Dir "${folder}/";
Dir::State "${folder}/state";
Dir::State::lists "${folder}/state/lists";
Dir::State::status "${folder}/state/status";
Dir::Cache "${folder}/cache";
Dir::Etc::sourcelist "${folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::Etc::trusted "/dev/null";
Dir::Etc::trustedparts "/dev/null";
Dir::Etc::netrc "/etc/apt/auth.conf";
Dir::Etc::netrcparts "/etc/apt/auth.conf.d";
Dir::Log "${folder}/log";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Check-Valid-Until "false";
quiet "1";
`;

const sourcesList = ({ source, suite }: AptClientOptions): string => {
  const options = `[arch=amd64 signed-by=${source.keyring}]`;
  const lines = [`deb ${options} ${source.mirror} ${suite} main`];
  if (hasSecurityArchive(suite)) lines.push(`deb ${options} ${source.securityMirror} ${suite}-security main`);
  return `${lines.join('\n')}\n`;
};

/** apt for one Debian suite, as any user, beside whatever the host itself is. */
export class AptClient {
  readonly #options: AptClientOptions;

  private constructor(options: AptClientOptions) {
    this.#options = options;
  }

  /**
   * Prepares the folder and fetches the package lists.
   *
   * @throws VmError `VM_APT_KEYS` when the keyring cannot prove the suite, `VM_APT` when the mirror cannot be used
   */
  static async open(options: AptClientOptions): Promise<AptClient> {
    const { folder } = options;
    for (const part of ['state/lists/partial', 'cache/archives/partial', 'log'])
      await mkdir(join(folder, part), { recursive: true });
    await writeFile(join(folder, 'state/status'), '');
    await writeFile(join(folder, 'apt.conf'), configuration(folder, options.transport));
    await writeFile(join(folder, 'sources.list'), sourcesList(options));
    const client = new AptClient(options);
    options.onProgress(`fetching the package lists of Debian ${options.suite} from ${options.source.mirror}`);
    await client.#run('apt-get', ['update', '--error-on=any']);
    return client;
  }

  /** The names that a package depends on, in order; versions and alternatives are left out. */
  async dependencies(packageName: string): Promise<string[]> {
    const record = await this.#run('apt-cache', ['show', '--no-all-versions', packageName]);
    const fields = [...record.matchAll(/^(?:Pre-)?Depends: (.*)$/gm)].map((match) => match[1] ?? '');
    return fields.flatMap((field) => field.split(',')).map((term) => term.trim().split(/[\s|(:]/)[0] ?? '');
  }

  /** The version that {@link download} would fetch. */
  async version(packageName: string): Promise<string> {
    const record = await this.#run('apt-cache', ['show', '--no-all-versions', packageName]);
    const version = /^Version: (.*)$/m.exec(record)?.[1];
    if (version === undefined)
      throw new VmError('VM_APT', `expected a version of ${packageName}, found ${JSON.stringify(record)}`);
    return version;
  }

  /** Fetches packages into `folder` and returns the paths of the files, in no particular order. */
  async download(packageNames: readonly string[], folder: string): Promise<string[]> {
    await mkdir(folder, { recursive: true });
    await this.#run('apt-get', ['download', '-o', 'APT::Status-Fd=3', ...packageNames], folder);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    if (files.length !== packageNames.length) {
      throw new VmError(
        'VM_APT',
        `expected ${packageNames.length} packages from apt-get download, found ${files.join(', ') || 'none'}`,
      );
    }
    return files.map((name) => join(folder, name));
  }

  async #run(command: string, parameters: readonly string[], workingFolder?: string): Promise<string> {
    const { folder, suite, signal, onProgress } = this.#options;
    const child = execa(command, parameters, {
      cwd: workingFolder ?? folder,
      env: { APT_CONFIG: join(folder, 'apt.conf'), LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      reject: false,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    let shown = '';
    child.stdio[3]?.on('data', (chunk: Buffer) => {
      const percent = [...chunk.toString().matchAll(/^dlstatus:\d+:([\d.]+):/gm)].at(-1)?.[1];
      const message = `fetching packages of Debian ${suite}: ${Math.round(Number(percent))} %`;
      if (percent === undefined || message === shown) return;
      shown = message;
      onProgress(message);
    });
    const result = await child;
    signal?.throwIfAborted();
    if (!result.failed) return result.stdout;
    throw this.#explain(`${command} ${parameters[0] ?? ''}`, result.stderr === '' ? result.stdout : result.stderr);
  }

  #explain(command: string, output: string): VmError {
    const { suite, source } = this.#options;
    const shown = output.trim().split('\n').slice(-6).join('\n  ');
    if (/NO_PUBKEY|Missing key|public key is not available/i.test(output)) {
      return new VmError(
        'VM_APT_KEYS',
        `the keys in ${source.keyring} cannot prove Debian ${suite}; install a newer debian-archive-keyring:\n  ${shown}`,
      );
    }
    return new VmError(
      'VM_APT',
      `${command} failed for Debian ${suite} from ${source.mirror} (another mirror: PROTO41_DEBIAN_MIRROR=<URL>):\n  ${shown}`,
    );
  }
}
