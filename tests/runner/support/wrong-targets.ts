import { startMemoryNode } from '../../../harness/node/memory/index.ts';
import type { NodeSession } from '../../../harness/node/node.ts';
import { injectFaults, type FaultInjectorOptions } from '../../../harness/wire/fault-injector.ts';
import type { FrameListener, PortName, Wire } from '../../../harness/wire/wire.ts';
import { wrapWire, type WireMiddleware } from '../../../harness/wire/wrap.ts';

/** What is between the tester and the reference. The session is the one underneath, with its clock. */
type Disturbance = (wire: Wire, session: NodeSession) => Wire;

const disturbed = async (disturb: Disturbance): Promise<NodeSession> => {
  const session = await startMemoryNode();
  const wires = new Map<PortName, Wire>();
  for (const [port, wire] of session.wires) wires.set(port, disturb(wire, session));
  return {
    facts: session.facts,
    clock: session.clock,
    ports: session.ports,
    wires,
    up: (setup) => session.up(setup),
    down: () => session.down(),
    stats: () => session.stats(),
    diagnostics: () => session.diagnostics(),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
};

const through = (middleware: (wire: Wire, session: NodeSession) => WireMiddleware): Promise<NodeSession> =>
  disturbed((wire, session) => wrapWire(wire, middleware(wire, session)));

const faulty = (options: FaultInjectorOptions): Promise<NodeSession> =>
  disturbed((wire) => injectFaults(wire, options));

const isArp = (frame: Uint8Array): boolean => frame[12] === 0x08 && frame[13] === 0x06;
const isNeighbourDiscovery = (frame: Uint8Array): boolean =>
  frame[12] === 0x86 && frame[13] === 0xdd && frame[20] === 58 && (frame[54] ?? 0) >= 133 && (frame[54] ?? 0) <= 137;

/** Targets that are wrong by construction: no run against them may pass. */
export const WRONG_TARGETS = {
  /** Nothing ever comes out. */
  'answers nothing': () => through(() => ({ send: () => undefined })),
  /** It answers ARP and neighbour discovery, and loses everything else. */
  'drops everything': () =>
    through(() => ({
      receive: (frame, timestampNs, forward) => {
        if (isArp(frame) || isNeighbourDiscovery(frame)) forward(frame, timestampNs);
      },
    })),
  /** Whatever is sent comes back on the same port. */
  'echoes everything': () =>
    disturbed((wire) => {
      const listeners = new Set<FrameListener>();
      return {
        ...wire,
        port: wire.port,
        send: (frame) => {
          const copy = frame.slice();
          queueMicrotask(() => {
            for (const listener of listeners) listener(copy, wire.now());
          });
        },
        onFrame: (listener) => {
          listeners.add(listener);
          return () => void listeners.delete(listener);
        },
        onClosed: (listener) => wire.onClosed(listener),
        now: () => wire.now(),
        close: () => wire.close(),
      };
    }),
  /** Each frame leaves 200 ms after the one before. */
  'takes 200 ms for each packet': () =>
    through((wire, { clock }) => {
      let queue = Promise.resolve();
      return {
        receive: (frame, _timestampNs, forward) => {
          queue = queue.then(async () => {
            await clock.sleep(200);
            forward(frame, wire.now());
          });
        },
      };
    }),
  /** Every twentieth frame changes places with the next. */
  'reorders packets': () => faulty({ seed: 1, outbound: { reorder: { probability: 0.05 } } }),
  'duplicates one packet in 1000': () => faulty({ seed: 1, outbound: { duplicate: { probability: 0.001 } } }),
  'loses one packet in 1000': () => faulty({ seed: 1, outbound: { drop: { probability: 0.001 } } }),
  'damages one packet in 1000': () => faulty({ seed: 1, outbound: { corrupt: { probability: 0.001, firstByte: 34 } } }),
} as const;

/** The process ends at the 50th frame that it is to take. */
export const crashingTarget = async (): Promise<NodeSession> => {
  let count = 0;
  const listeners = new Set<(reason: Error | undefined) => void>();
  return disturbed((wire) => ({
    port: wire.port,
    send: (frame) => {
      count += 1;
      if (count === 50) for (const listener of listeners) listener(new Error('the process was killed by SIGSEGV'));
      if (count < 50) wire.send(frame);
    },
    onFrame: (listener) => wire.onFrame(listener),
    onClosed: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    now: () => wire.now(),
    close: () => wire.close(),
  }));
};
