import { closeSync, openSync, readlinkSync } from 'node:fs';
import { hasErrorName, setNamespace, unshare } from '../../wire/interface/system-calls.ts';
import { NetnsError } from './netns-error.ts';

const CLONE_NEWNET = 0x40000000;
const OWN_NAMESPACE = '/proc/thread-self/ns/net';

/**
 * A network namespace without a name: it lasts as long as this object, a process or a socket holds it, so that nothing is
 * left behind when this process dies, however it dies.
 */
export class NetworkNamespace implements Disposable {
  /** How the kernel names it, as the links /proc/<pid>/ns/net say; also once it is closed. */
  readonly inode: string;
  readonly #fd: number;
  #open = true;

  private constructor(fd: number, inode: string) {
    this.#fd = fd;
    this.inode = inode;
  }

  /** A new one. Throws NetnsError `NETNS_NOT_ALLOWED` without the right to make one. */
  static create(): NetworkNamespace {
    const home = openSync(OWN_NAMESPACE, 'r');
    try {
      unshare(CLONE_NEWNET);
      try {
        return NetworkNamespace.#named(OWN_NAMESPACE);
      } finally {
        setNamespace(home, CLONE_NEWNET);
      }
    } catch (error) {
      if (!hasErrorName(error, 'EPERM')) throw error;
      throw new NetnsError(
        'NETNS_NOT_ALLOWED',
        'expected the right to make network namespaces (root, or a user namespace), found none; `doctor` says more',
        error,
      );
    } finally {
      closeSync(home);
    }
  }

  /** The one that a process is in. */
  static ofProcess(pid: number): NetworkNamespace {
    return NetworkNamespace.#named(`/proc/${pid}/ns/net`);
  }

  static #named(path: string): NetworkNamespace {
    return new NetworkNamespace(openSync(path, 'r'), readlinkSync(path));
  }

  /** How other programs name it, as long as it is open. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.#fd}`;
  }

  /**
   * Runs `action` with this thread inside the namespace. Only what happens before `action` returns is inside: system calls,
   * files of /proc/sys/net, sockets opened and processes started. What Node does later, in its own threads, is not.
   */
  enter<Result>(action: () => Result): Result {
    if (!this.#open) throw new NetnsError('NETNS_CLOSED', 'expected an open network namespace, found it closed');
    const home = openSync(OWN_NAMESPACE, 'r');
    try {
      setNamespace(this.#fd, CLONE_NEWNET);
      try {
        return action();
      } finally {
        setNamespace(home, CLONE_NEWNET);
      }
    } finally {
      closeSync(home);
    }
  }

  [Symbol.dispose](): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
  }
}
