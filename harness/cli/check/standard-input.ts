import { fstatSync, read } from 'node:fs';
import { Socket, type ConnectOpts, type SocketConstructorOpts } from 'node:net';
import { promisify } from 'node:util';

const FD = 0;
const BUFFER_BYTES = 256 * 1024;

type Chunks = AsyncGenerator<Uint8Array, void, void>;

/**
 * Standard input, read into one buffer: a chunk is only good until the next one is asked for. `process.stdin` makes a new buffer
 * for every read, which for a capture of some gigabytes is most of the memory that the process takes.
 */
export function readStandardInput(): AsyncIterable<Uint8Array> {
  const stats = fstatSync(FD);
  if (stats.isFile()) return readFileDescriptor();
  return stats.isFIFO() || stats.isSocket() ? readPipe() : process.stdin;
}

const readInto = promisify(read);

async function* readFileDescriptor(): Chunks {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (;;) {
    const { bytesRead } = await readInto(FD, buffer, 0, BUFFER_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function* readPipe(): Chunks {
  const buffer = new Uint8Array(BUFFER_BYTES);
  let receivedBytes = 0;
  let isEnded = false;
  let failure: Error | undefined;
  let wake: () => void = () => undefined;
  // Documented for the constructor, too, where the types lack `onread`.
  const options: SocketConstructorOpts & ConnectOpts = {
    fd: FD,
    readable: true,
    writable: false,
    onread: {
      buffer,
      callback: (lengthBytes) => {
        receivedBytes = lengthBytes;
        wake();
        // Nothing more until this is used up, because it would go to the same place.
        return false;
      },
    },
  };
  const socket = new Socket(options);
  const end = (): void => {
    isEnded = true;
    wake();
  };
  socket.once('end', end).once('close', end);
  socket.once('error', (error) => {
    failure = error;
    end();
  });
  try {
    for (;;) {
      socket.resume();
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (receivedBytes > 0 || isEnded) resolve();
      });
      if (receivedBytes > 0) {
        yield buffer.subarray(0, receivedBytes);
        receivedBytes = 0;
      } else if (failure !== undefined) throw failure;
      else if (isEnded) return;
    }
  } finally {
    socket.destroy();
  }
}
