/**
 * The programs of the pods behind one node: UDP and TCP through the sockets of the kernel, in the network namespace in which it was
 * started. Plain JavaScript, so that it starts at once. It ends with its standard input.
 *
 * Usage: node pod-agent.mjs. Commands come in as lines of JSON, each with an `id`, which is answered with `{ id }` or `{ id, error }`;
 * in between go out `{ event: 'datagram', ... }`, `{ event: 'received', ... }` and `{ event: 'sent', ... }`.
 */

import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createConnection, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const udpSockets = new Map();

const udpSocket = (address, port) => {
  const key = `${address} ${port}`;
  const known = udpSockets.get(key);
  if (known !== undefined) return known;
  const bound = new Promise((resolve, reject) => {
    const socket = createSocket('udp6');
    socket.once('error', reject);
    socket.on('message', (bytes, { address: from, port: fromPort }) => {
      say({ event: 'datagram', address, from, fromPort, length: bytes.length, sha256: sha256(bytes) });
    });
    socket.bind(port, address, () => {
      // What the network says of a datagram is known to the kernel; the application sends again when it is told to.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
  udpSockets.set(key, bound);
  return bound;
};

const commands = {
  'udp-listen': async ({ address, port }) => {
    await udpSocket(address, port);
  },

  'udp-send': async ({ source, sourcePort, destination, port, data }) => {
    const socket = await udpSocket(source, sourcePort);
    await new Promise((resolve) => {
      // A packet that is too big for the path as it is known now is an error of this very call; that too is for the kernel to remember.
      socket.send(Buffer.from(data, 'base64'), port, destination, () => resolve());
    });
  },

  // One connection, whose bytes are counted and hashed; closed when the other end has closed it.
  'tcp-listen': async ({ address, port, bytes }) => {
    const server = createServer((socket) => {
      server.close();
      const hash = createHash('sha256');
      let received = 0;
      const tell = (state) => say({ event: 'received', port, received, ...state });
      socket.on('data', (piece) => {
        const before = received;
        received += piece.length;
        hash.update(piece);
        if (before * 2 < bytes && received * 2 >= bytes) tell({});
      });
      socket.on('error', ({ message }) => tell({ error: message }));
      socket.on('end', () => tell({ sha256: hash.digest('hex'), ended: true }));
    });
    await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, address, resolve);
    });
  },

  'tcp-send': async ({ source, destination, port, data }) => {
    const socket = createConnection({ localAddress: source, host: destination, port, family: 6 });
    let failure;
    socket.on('error', ({ message }) => {
      failure = message;
    });
    socket.on('close', () => say({ event: 'sent', port, ...(failure === undefined ? {} : { error: failure }) }));
    socket.resume();
    socket.end(Buffer.from(data, 'base64'));
  },
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, command, ...parameters } = JSON.parse(line);
    commands[command](parameters).then(
      () => say({ id }),
      (error) => say({ id, error: error.message }),
    );
  })
  .on('close', () => process.exit());
