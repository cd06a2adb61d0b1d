import type { CaptureDirection } from '../capture/index.ts';
import { describe } from '../packet/describe.ts';
import type { Wire } from './wire.ts';
import { wrapWire } from './wrap.ts';

const NANOSECOND_DIGITS = 9;

export interface TracerOptions {
  /** Gets one line, without a line end, for each frame. */
  readonly print: (line: string) => void;
  /** Says what a frame is; the line that logs, failures and reports show as well, unless given. */
  readonly describeFrame?: (frame: Uint8Array) => string;
  /** Times are shown since this moment, in nanoseconds since the Unix epoch; the moment of this call unless given. */
  readonly startNs?: bigint;
}

/** Prints `<seconds> <port> in|out <description>` for each frame that passes; in and out are as seen from the DUT. */
export function traceWire(wire: Wire, options: TracerOptions): Wire {
  const { print, describeFrame = describe, startNs = wire.now() } = options;
  const trace = (direction: CaptureDirection, frame: Uint8Array, timestampNs: bigint): void => {
    const way = direction === 'inbound' ? 'in ' : 'out';
    print(`${seconds(timestampNs - startNs)} ${wire.port} ${way} ${describeFrame(frame)}`);
  };
  return wrapWire(wire, {
    send: (frame, forward) => {
      trace('inbound', frame, wire.now());
      forward(frame);
    },
    receive: (frame, timestampNs, forward) => {
      trace('outbound', frame, timestampNs);
      forward(frame, timestampNs);
    },
  });
}

function seconds(durationNs: bigint): string {
  const sign = durationNs < 0n ? '-' : '';
  const digits = (durationNs < 0n ? -durationNs : durationNs).toString().padStart(NANOSECOND_DIGITS + 1, '0');
  return `${sign}${digits.slice(0, -NANOSECOND_DIGITS)}.${digits.slice(-NANOSECOND_DIGITS)}`;
}
