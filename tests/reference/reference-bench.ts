import { createLab, targetSetup } from '../../harness/lab/index.ts';
import type { Lab } from '../../harness/lab/index.ts';
import { build } from '../../harness/packet/build.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import type { Layer } from '../../harness/packet/layer.ts';
import { trailer } from '../../harness/packet/layer.ts';
import { describe } from '../../harness/packet/describe.ts';
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { createReference } from '../../harness/reference/reference.ts';
import type { Reference } from '../../harness/reference/reference.ts';
import type { TargetSetup } from '../../harness/target/setup.ts';
import { Players } from '../../harness/tester/players.ts';
import { VirtualClock } from '../../harness/wire/virtual-clock.ts';
import type { PortName } from '../../harness/wire/wire.ts';

export const MACS = {
  P: MacAddress.parse('02:41:00:00:00:01'),
  U: MacAddress.parse('02:41:00:00:00:02'),
  U2: MacAddress.parse('02:41:00:00:00:03'),
} as const;
const PLAYER_MAC = MacAddress.parse('02:00:00:00:99:01');

export interface BenchOptions {
  readonly faults?: readonly string[];
  readonly underlayMtuBytes?: number;
  readonly podMtuBytes?: number;
  readonly change?: (setup: TargetSetup) => TargetSetup;
  readonly routesOverU2?: readonly string[];
  /** Players that never answer, so that resolution fails. */
  readonly silent?: boolean;
}

export interface Seen {
  readonly port: PortName;
  /** From the IPv4, IPv6 or ARP header on. */
  readonly packet: Uint8Array;
  readonly etherType: number;
  readonly destinationMac: string;
}

export interface Bench {
  readonly lab: Lab;
  readonly setup: TargetSetup;
  readonly clock: VirtualClock;
  readonly reference: Reference;
  /** Sends layers in an Ethernet frame to the DUT and returns what came out, resolution apart. */
  readonly send: (port: PortName, layers: readonly Layer[], padding?: Uint8Array) => Seen[];
  readonly sendFrame: (port: PortName, frame: Uint8Array) => Seen[];
  /** Shows every frame that comes out, resolution included. */
  readonly watch: (listener: (seen: Seen) => void) => void;
  /** What has come out since the last look, resolution apart. */
  readonly take: () => Seen[];
}

const isResolution = (seen: Seen): boolean =>
  seen.etherType === 0x0806 || (seen.etherType === 0x86dd && seen.packet[6] === 58 && seen.packet[40] === 135);

export const setupFor = (text: string, options: BenchOptions = {}): { lab: Lab; setup: TargetSetup } => {
  const lab = createLab(parseProfile(text), { dutMacs: MACS });
  const setup = targetSetup(lab, {
    ports: new Map(
      (['P', 'U', 'U2'] as const).map((port) => [port, { interfaceName: port, macAddress: MACS[port].toString() }]),
    ),
    underlayMtuBytes: options.underlayMtuBytes ?? 1500,
    podMtuBytes: options.podMtuBytes ?? 9000,
    secondUnderlayPort: true,
    routesOverU2: options.routesOverU2 ?? [],
  });
  return { lab, setup: options.change ? options.change(setup) : setup };
};

export const startBench = (text: string, options: BenchOptions = {}): Bench => {
  const { lab, setup } = setupFor(text, options);
  const players = new Players(lab);
  const clock = new VirtualClock();
  let seen: Seen[] = [];
  const listeners: ((one: Seen) => void)[] = [];
  const outcome = createReference({
    setup,
    clock: {
      nowMs: () => Number(clock.nowNs() / 1000n) / 1000,
      schedule: (delayMs, action) => clock.setTimer(delayMs, action),
    },
    emit: (port, frame) => {
      const one: Seen = {
        port,
        packet: frame.slice(14),
        etherType: ((frame[12] ?? 0) << 8) | (frame[13] ?? 0),
        destinationMac: MacAddress.fromBytes(frame, 0).toString(),
      };
      seen.push(one);
      for (const listener of listeners) listener(one);
      const reply = options.silent === true ? undefined : players.replyTo(port, frame);
      if (reply && outcome.kind === 'ready') outcome.reference.receive(port, reply);
    },
    ...(options.faults ? { faults: options.faults } : {}),
  });
  if (outcome.kind !== 'ready') throw new Error(outcome.reason);
  const { reference } = outcome;
  const take = (): Seen[] => {
    const taken = seen.filter((one) => !isResolution(one));
    seen = [];
    return taken;
  };
  const sendFrame = (port: PortName, frame: Uint8Array): Seen[] => {
    take();
    reference.receive(port, frame);
    return take();
  };
  return {
    lab,
    setup,
    clock,
    reference,
    take,
    watch: (listener) => {
      listeners.push(listener);
    },
    sendFrame,
    send: (port, layers, padding) => {
      const frame = [ethernet({ source: PLAYER_MAC, destination: MACS[port] }), ...layers];
      return sendFrame(port, build(...frame, ...(padding ? [trailer(padding)] : [])));
    },
  };
};

export const describeSeen = (seen: readonly Seen[]): string[] =>
  seen.map((one) => `${one.port}: ${describe(one.packet, one.etherType === 0x86dd ? 'ipv6' : 'ipv4')}`);
