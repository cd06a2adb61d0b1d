/** The C library through koffi, in this file alone: koffi's `node.poll` may change between versions (package.json pins one). */
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import koffi from 'koffi';
import { Proto41Error } from '../../errors.ts';

/** A system call that failed; `errorName` is the name of errno, e.g. `ENETDOWN`. */
export class SystemCallError extends Proto41Error {
  readonly errorName: string;

  constructor(call: string, errno: number) {
    const errorName = getSystemErrorName(-errno);
    super(`${call}: ${errorName}`, { code: 'SYSTEM_CALL', exitCode: 3 });
    this.errorName = errorName;
  }
}

/** Whether an error is a failed system call with one of these names. */
export const hasErrorName = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof SystemCallError && names.includes(error.errorName);

const library = koffi.load(null);

// `func` gives functions of any parameters; what is declared to C is declared to TypeScript beside it.
type IntCall<Parameters extends readonly unknown[]> = (...parameters: Parameters) => number;
const calls: {
  readonly socket: IntCall<[family: number, type: number, protocol: number]>;
  readonly bind: IntCall<[fd: number, address: Uint8Array, length: number]>;
  readonly setsockopt: IntCall<[fd: number, level: number, name: number, value: Uint8Array, length: number]>;
  readonly getsockopt: IntCall<[fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array]>;
  readonly send: IntCall<[fd: number, bytes: Uint8Array, length: number, flags: number]>;
  readonly sendmmsg: IntCall<[fd: number, messages: Uint8Array, count: number, flags: number]>;
  readonly recvmmsg: IntCall<[fd: number, messages: Uint8Array, count: number, flags: number, timeout: null]>;
  readonly ioctl: IntCall<[fd: number, request: number, argument: Uint8Array]>;
  readonly clock_gettime: IntCall<[clock: number, time: Uint8Array]>;
  readonly mmap: (
    ...parameters: [address: null, length: number, protection: number, flags: number, fd: number, offset: number]
  ) => bigint;
  readonly munmap: IntCall<[address: bigint, length: number]>;
  readonly unshare: IntCall<[flags: number]>;
  readonly setns: IntCall<[fd: number, kind: number]>;
} = {
  socket: library.func('int socket(int family, int type, int protocol)'),
  bind: library.func('int bind(int fd, const void *address, uint32_t length)'),
  setsockopt: library.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)'),
  getsockopt: library.func('int getsockopt(int fd, int level, int name, void *value, void *length)'),
  // ssize_t, which koffi does not know by name.
  send: library.func('long send(int fd, const void *bytes, size_t length, int flags)'),
  sendmmsg: library.func('int sendmmsg(int fd, void *messages, unsigned int count, int flags)'),
  recvmmsg: library.func('int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout)'),
  ioctl: library.func('int ioctl(int fd, unsigned long request, void *argument)'),
  clock_gettime: library.func('int clock_gettime(int clock, void *time)'),
  mmap: library.func('void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)'),
  munmap: library.func('int munmap(void *address, size_t length)'),
  unshare: library.func('int unshare(int flags)'),
  setns: library.func('int setns(int fd, int kind)'),
};

const checked = (call: string, result: number): number => {
  if (result >= 0) return result;
  throw new SystemCallError(call, koffi.errno());
};

export const openSocket = (family: number, type: number, protocol: number): number =>
  checked('socket', calls.socket(family, type, protocol));

export const bindSocket = (fd: number, address: Uint8Array): void => {
  checked('bind', calls.bind(fd, address, address.length));
};

export const setSocketOption = (fd: number, level: number, name: number, value: Uint8Array | number): void => {
  const bytes = typeof value === 'number' ? new Uint8Array(Int32Array.of(value).buffer) : value;
  checked('setsockopt', calls.setsockopt(fd, level, name, bytes, bytes.length));
};

/** Fills `value` with an option of a socket. */
export const getSocketOption = (fd: number, level: number, name: number, value: Uint8Array): void => {
  const length = new Uint8Array(Uint32Array.of(value.length).buffer);
  checked('getsockopt', calls.getsockopt(fd, level, name, value, length));
};

const SOL_SOCKET = 1;
const SO_ERROR = 4;

/** Throws SystemCallError with what has gone wrong with a socket since it was asked last, if anything has. */
export const throwPendingError = (fd: number): void => {
  const errno = new Int32Array(1);
  getSocketOption(fd, SOL_SOCKET, SO_ERROR, new Uint8Array(errno.buffer));
  if (errno[0] !== undefined && errno[0] !== 0) throw new SystemCallError('the socket', errno[0]);
};

export const sendFrame = (fd: number, frame: Uint8Array, flags: number): void => {
  checked('send', calls.send(fd, frame, frame.length, flags));
};

/** @returns how many of the messages were sent, from the first on */
export const sendMessages = (fd: number, messages: Uint8Array, count: number, flags: number): number =>
  checked('sendmmsg', calls.sendmmsg(fd, messages, count, flags));

const { EAGAIN, EINTR } = constants.errno;

/** @returns how many messages were received; 0 when there are none now, which is too common for an exception */
export const receiveMessages = (fd: number, messages: Uint8Array, count: number, flags: number): number => {
  const received = calls.recvmmsg(fd, messages, count, flags, null);
  if (received >= 0) return received;
  const errno = koffi.errno();
  if (errno === EAGAIN || errno === EINTR) return 0;
  throw new SystemCallError('recvmmsg', errno);
};

export const controlDevice = (fd: number, request: number, argument: Uint8Array): void => {
  checked('ioctl', calls.ioctl(fd, request, argument));
};

export const unshare = (flags: number): void => {
  checked('unshare', calls.unshare(flags));
};

export const setNamespace = (fd: number, kind: number): void => {
  checked('setns', calls.setns(fd, kind));
};

export const closeDescriptor = (fd: number): void => {
  closeSync(fd);
};

/** Where bytes lie in memory. They must stay referenced, and must not be a slice of a pool, for as long as C uses them. */
export const addressOf = (bytes: Uint8Array): bigint => koffi.address(bytes);

/** Memory that a descriptor shares with the kernel. */
export interface MappedMemory {
  readonly buffer: ArrayBuffer;
  /** Can be repeated. Whoever touches the buffer after it ends the process. */
  unmap(): void;
}

const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

/** Throws SystemCallError. */
export const mapMemory = (fd: number, lengthBytes: number): MappedMemory => {
  const address = calls.mmap(null, lengthBytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  if (address === MAP_FAILED) throw new SystemCallError('mmap', koffi.errno());
  let isMapped = true;
  return {
    buffer: koffi.view(address, lengthBytes),
    unmap: () => {
      if (isMapped) checked('munmap', calls.munmap(address, lengthBytes));
      isMapped = false;
    },
  };
};

const CLOCK_REALTIME = 0;
const time = new BigInt64Array(2);
const timeBytes = new Uint8Array(time.buffer);

/** Nanoseconds since the Unix epoch, on the clock with which the kernel stamps frames. */
export const realTimeNs = (): bigint => {
  checked('clock_gettime', calls.clock_gettime(CLOCK_REALTIME, timeBytes));
  return (time[0] ?? 0n) * 1_000_000_000n + (time[1] ?? 0n);
};

/** Watches a file descriptor from the event loop. */
export interface ReadableWatch {
  /** Nothing is told until `restart`. */
  pause(): void;
  /** Needed after an error on the descriptor, which ends the watch of libuv without a word. */
  restart(): void;
  /** Can be repeated. The descriptor may be closed after it. */
  close(): void;
}

export const watchReadable = (fd: number, onReadable: () => void): ReadableWatch => {
  const handle = koffi.node.poll(fd, { readable: true }, onReadable);
  let open = true;
  return {
    pause: () => {
      if (open) handle.stop();
    },
    restart: () => {
      if (!open) return;
      handle.stop();
      handle.start({ readable: true }, onReadable);
    },
    close: () => {
      // Anything done with a handle that is closed ends the process.
      if (open) handle.close();
      open = false;
    },
  };
};
