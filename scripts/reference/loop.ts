/** A reference node in this process, and the frames that it is measured with. */
import { Ipv4Address } from '../../harness/address/ipv4-address.ts';
import { createLab, targetSetup, type Lab } from '../../harness/lab/index.ts';
import { build } from '../../harness/packet/build.ts';
import { payload } from '../../harness/packet/layer.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { createReference, type Reference } from '../../harness/reference/index.ts';
import type { TargetSetup } from '../../harness/target/setup.ts';
import { Players } from '../../harness/tester/players.ts';
import type { PortName } from '../../harness/wire/wire.ts';

export const FLOWS = 16;
const FCS_BYTES = 4;
/** Ethernet, IPv6 and UDP. */
const HEADER_BYTES = 14 + 40 + 8;
const FIRST_NODE = Ipv4Address.parse('10.2.0.1').toNumber();

export interface LabFacts {
  readonly macs: Record<PortName, MacAddress>;
  readonly interfaceName: (port: PortName) => string;
}

export interface LoopLab {
  readonly lab: Lab;
  readonly setup: TargetSetup;
}

/** The set-up of the profile `overlay` on ports with these addresses. */
export const loopLab = ({ macs, interfaceName }: LabFacts): LoopLab => {
  const lab = createLab(parseProfile('overlay'), { dutMacs: macs });
  const ports = (['P', 'U'] as const).map(
    (port) => [port, { interfaceName: interfaceName(port), macAddress: macs[port].toString() }] as const,
  );
  return {
    lab,
    setup: targetSetup(lab, {
      ports: new Map(ports),
      underlayMtuBytes: 1500,
      podMtuBytes: 1500,
      secondUnderlayPort: false,
      routesOverU2: [],
    }),
  };
};

/** One frame for each flow, each with a node of its own behind one router; the size is that on the native side with FCS. */
export const framesOf = (
  lab: Lab,
  sizeBytes: number,
): { readonly encap: Uint8Array[]; readonly decap: Uint8Array[] } => {
  const data = payload(new Uint8Array(sizeBytes - FCS_BYTES - HEADER_BYTES));
  const far = Array.from({ length: FLOWS }, (_, flow) => lab.node(Ipv4Address.fromNumber(FIRST_NODE + flow)));
  const ports = udp({ sourcePort: 49_152, destinationPort: 51_000 });
  const { dut } = lab.macs;
  const source = MacAddress.parse('02:00:00:00:99:01');
  return {
    encap: far.map((node) =>
      build(
        ethernet({ source, destination: dut.P }),
        ipv6({ source: lab.n1.pod(), destination: node.pod() }),
        ports,
        data,
      ),
    ),
    decap: far.map((node) =>
      build(
        ethernet({ source, destination: dut.U }),
        ipv4({ source: node.ipv4, destination: lab.n1.ipv4 }),
        ipv6({ source: node.pod(), destination: lab.n1.pod() }),
        ports,
        data,
      ),
    ),
  };
};

/** A node whose neighbours answer, and which counts what it sends. */
export class CountedNode implements Disposable {
  readonly #reference: Reference;
  readonly #players: Players;
  #frames = 0;
  #bytes = 0;
  #isLearning = true;

  constructor({ lab, setup }: LoopLab, usesFastPath: boolean) {
    this.#players = new Players(lab);
    // Time stands still, as it does for a live node while it works on a batch.
    const clock = { nowMs: () => 0, schedule: () => () => undefined };
    const outcome = createReference({
      setup,
      clock,
      usesFastPath,
      lendsFrames: true,
      emit: (port, frame) => {
        this.#frames += 1;
        this.#bytes += frame.length;
        if (!this.#isLearning) return;
        const reply = this.#players.replyTo(port, frame.slice());
        if (reply !== undefined) this.#reference.receive(port, reply);
      },
    });
    if (outcome.kind !== 'ready') throw new Error(`expected a node of the profile overlay, found: ${outcome.reason}`);
    this.#reference = outcome.reference;
  }

  /** Resolves all neighbours of these frames. */
  learn(port: PortName, frames: readonly Uint8Array[]): void {
    for (const frame of frames) this.#reference.receive(port, frame);
    this.#isLearning = false;
  }

  /** Hands over frames in turn. @throws Error unless every one comes out at its size */
  carry(port: PortName, frames: readonly Uint8Array[], count: number, lengthBytes: number): void {
    const [framesBefore, bytesBefore] = [this.#frames, this.#bytes];
    for (let sent = 0; sent < count;) {
      for (const frame of frames) this.#reference.receive(port, frame);
      sent += frames.length;
    }
    const rounded = Math.ceil(count / frames.length) * frames.length;
    const [came, bytes] = [this.#frames - framesBefore, this.#bytes - bytesBefore];
    if (came !== rounded || bytes !== rounded * lengthBytes)
      throw new Error(`expected ${rounded} frames of ${lengthBytes} bytes, found ${came} with ${bytes} bytes in all`);
  }

  [Symbol.dispose](): void {
    this.#reference.stop();
  }
}
