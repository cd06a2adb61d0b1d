/**
 * One interface through libpcap, in a process of its own, because the packages pcap and cap can take a process down with
 * them: cap aborts it when the link goes down, pcap keeps it alive after close, both starve its timers under load, and neither
 * loads twice. Plain JavaScript, so that it starts at once.
 *
 * Usage: node libpcap-process.mjs pcap|cap INTERFACE, with a stream socket as descriptor 3, on which both sides send messages:
 * a length of four bytes and the bytes. Frames to be sent come in; out go a kind and, by kind: 0 ready; 1 a received frame,
 * after its time in nanoseconds as 8 bytes; 2 the words of what is wrong, and the end.
 */

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';

const READY = 0;
const FRAME = 1;
const FAULT = 2;
const LENGTH_BYTES = 4;
const SNAP_BYTES = 65_600;
/** Room for about a thousand frames: in immediate mode each takes as much as the longest. */
const BUFFER_BYTES = 64 * 1024 * 1024;
/**
 * None: what goes out by this very handle the kernel does not show to it, and nobody else sends here. A filter by direction
 * would lose the first frame, which libpcap judges itself, where it cannot know directions.
 */
const FILTER = '';
const LOSS_CHECK_MS = 100;

const [backend, interfaceName] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const socket = new Socket({ fd: 3 });

const post = (kind, ...parts) => {
  if (socket.writableEnded) return; // what was wrong has been said
  const length = Buffer.alloc(LENGTH_BYTES + 1);
  length.writeUInt32BE(1 + parts.reduce((sum, part) => sum + part.length, 0));
  length[LENGTH_BYTES] = kind;
  socket.write(Buffer.concat([length, ...parts]));
};

const fail = (message) => {
  if (socket.writableEnded) return;
  post(FAULT, Buffer.from(message));
  socket.end(() => process.exit(1));
};

const postFrame = (bytes, timestampNs) => {
  const time = Buffer.alloc(8);
  time.writeBigInt64BE(timestampNs);
  // The buffer belongs to the package and is used again at once: `post` copies it.
  post(FRAME, time, bytes);
};

const openPcap = () => {
  const pcap = require('pcap');
  pcap.warningHandler = () => {}; // "no IPv4 address assigned" is as it should be
  const session = pcap.createSession(interfaceName, {
    filter: FILTER,
    buffer_timeout: 0, // immediate mode; the default waits for a second
    snap_length: SNAP_BYTES,
    buffer_size: BUFFER_BYTES,
    promiscuous: true,
  });
  session.on('packet', ({ buf, header }) => {
    const timestampNs = BigInt(header.readUInt32LE(0)) * 1_000_000_000n + BigInt(header.readUInt32LE(4)) * 1000n;
    const captured = header.readUInt32LE(8);
    if (captured < header.readUInt32LE(12)) fail(`a frame was longer than ${SNAP_BYTES} bytes`);
    else postFrame(buf.subarray(0, captured), timestampNs);
  });
  setInterval(() => {
    const { ps_drop: dropped } = session.stats();
    if (dropped > 0) fail(`${dropped} frames found no room in the queue`);
  }, LOSS_CHECK_MS).unref();
  return (frame) => session.inject(frame);
};

const openCap = () => {
  const { Cap } = require('cap');
  const cap = new Cap();
  // Cap itself does not keep this buffer alive; the listener below does.
  const buffer = Buffer.alloc(SNAP_BYTES);
  cap.open(interfaceName, FILTER, BUFFER_BYTES, buffer);
  const loss = watchInterfaceCounter();
  const epochOffsetNs = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  cap.on('packet', (bytes, truncated) => {
    loss.seen();
    if (truncated) fail('a frame was longer than 65535 bytes');
    else postFrame(buffer.subarray(0, bytes), epochOffsetNs + process.hrtime.bigint());
  });
  return (frame) => cap.send(frame, frame.length);
};

/** Frames that the interface has received. */
const receivedFrames = () => {
  const line = readFileSync('/proc/net/dev', 'utf8')
    .split('\n')
    .find((each) => each.trim().startsWith(`${interfaceName}:`));
  return Number(line?.split(':')[1]?.trim().split(/\s+/)[1] ?? Number.NaN);
};

/**
 * Cap cannot tell what it has lost. What the interface had received at one check has been read by the next, between which the loop
 * has looked for frames at least once; what comes in while the check itself runs is none of its business.
 */
const watchInterfaceCounter = () => {
  const first = receivedFrames();
  let seen = 0;
  let receivedBefore = first;
  setInterval(() => {
    const lost = receivedBefore - first - seen;
    if (lost > 0) fail(`${lost} frames found no room in the queue`);
    receivedBefore = receivedFrames();
  }, LOSS_CHECK_MS).unref();
  return { seen: () => (seen += 1) };
};

const receiveFrom = (stream, onMessage) => {
  let received = Buffer.alloc(0);
  stream.on('data', (bytes) => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    while (received.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + received.readUInt32BE(0);
      if (received.length < end) return;
      onMessage(received.subarray(LENGTH_BYTES, end));
      received = received.subarray(end);
    }
  });
};

// The other end is gone or has closed: neither package needs to be asked first.
socket.on('end', () => process.exit(0));
socket.on('error', () => process.exit(0));
try {
  const send = backend === 'pcap' ? openPcap() : openCap();
  receiveFrom(socket, (frame) => {
    try {
      send(frame);
    } catch (error) {
      fail(`a frame of ${frame.length} bytes could not be sent: ${error.message}`);
    }
  });
  post(READY);
} catch (error) {
  fail(error.message);
}
