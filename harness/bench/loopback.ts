import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeName } from '../node/node.ts';
import { memoryLink } from '../wire/memory.ts';
import { StreamSocketWire } from '../wire/stream-socket.ts';
import { VirtualClock } from '../wire/virtual-clock.ts';
import type { PortName, Wire } from '../wire/wire.ts';
import { realTime, virtualTime, type BenchTime } from './load/bench-time.ts';
import type { TrialPath } from './load/trial.ts';

/** The way of the frames without a DUT: the same kind of wires, joined to each other. */
export interface Loopback extends AsyncDisposable {
  /** What it is, for the report. */
  readonly what: string;
  readonly path: TrialPath;
}

/** @throws WireError, NetnsError where the machine cannot do it */
export const openLoopback = async (node: NodeName, mtuBytes: number): Promise<Loopback> => {
  switch (node) {
    case 'memory':
      return memoryLoopback();
    case 'vm':
      return socketLoopback();
    case 'netns':
    case 'docker': {
      const { openLoop } = await import('../node/netns/loop.ts');
      const loop = await openLoop(mtuBytes);
      return {
        what: 'a pair of veth devices, from packet socket to packet socket',
        path: pathOf(loop.wires, (wire) => realTime(wire)),
        [Symbol.asyncDispose]: () => loop[Symbol.asyncDispose](),
      };
    }
  }
};

const pathOf = (wires: ReadonlyMap<PortName, Wire>, timeOf: (wire: Wire) => BenchTime): TrialPath => {
  const [wire] = wires.values();
  if (wire === undefined) throw new RangeError('expected the wires of a loop, found none');
  let failure: Error | undefined;
  for (const each of wires.values())
    each.onClosed((reason) => {
      failure ??= reason;
    });
  return {
    wires,
    time: timeOf(wire),
    answer: () => undefined,
    check: () => {
      if (failure !== undefined) throw failure;
    },
    enter: () => undefined,
    leave: () => undefined,
  };
};

const memoryLoopback = (): Loopback => {
  const clock = new VirtualClock();
  const { tester, node } = memoryLink({ port: 'P', clock });
  const wires = new Map<PortName, Wire>([
    ['P', tester],
    ['U', node],
  ]);
  return {
    what: 'a memory link, in virtual time',
    path: pathOf(wires, () => virtualTime(clock)),
    [Symbol.asyncDispose]: () => tester.close(),
  };
};

/** A stream socket with this process at both ends, as the virtual machine has one for each port. */
const socketLoopback = async (): Promise<Loopback> => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-loop-'));
  try {
    const server = createServer();
    server.listen(join(folder, 'loop'));
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const near = connect(join(folder, 'loop'));
    await once(near, 'connect');
    const [far] = (await accepted) as [Socket]; // the event carries one socket
    server.close();
    const wires = new Map<PortName, Wire>([
      ['P', new StreamSocketWire('P', near)],
      ['U', new StreamSocketWire('U', far)],
    ]);
    return {
      what: 'a stream socket with the tester at both ends',
      path: pathOf(wires, (wire) => realTime(wire)),
      [Symbol.asyncDispose]: async () => {
        await Promise.all([...wires.values()].map((wire) => wire.close()));
      },
    };
  } finally {
    // Connected, the socket needs no name any more.
    await rm(folder, { recursive: true });
  }
};
