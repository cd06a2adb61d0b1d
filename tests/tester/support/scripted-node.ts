import { Ipv4Address } from '../../../harness/address/index.ts';
import type { NodePort, NodeSession, UpOutcome } from '../../../harness/node/node.ts';
import { ARP_OPERATION, arpOperation, readArpHeader } from '../../../harness/packet/arp.ts';
import { build } from '../../../harness/packet/build.ts';
import { concat } from '../../../harness/packet/bytes.ts';
import { ETHER_TYPE } from '../../../harness/packet/ether-types.ts';
import { ethernetEtherType, ethernetSource } from '../../../harness/packet/ethernet.ts';
import { icmpv6Type } from '../../../harness/packet/icmpv6.ts';
import { ipv6Destination, ipv6NextHeader, ipv6Source } from '../../../harness/packet/ipv6.ts';
import { payload } from '../../../harness/packet/layer.ts';
import { arp } from '../../../harness/packet/layers/arp.ts';
import { ethernet } from '../../../harness/packet/layers/ethernet.ts';
import { ipv4 } from '../../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../../harness/packet/layers/ipv6.ts';
import { neighborAdvertisement } from '../../../harness/packet/layers/ndp.ts';
import { ndpTarget } from '../../../harness/packet/ndp.ts';
import type { TargetSetup } from '../../../harness/target/setup.ts';
import type { StatsOutcome } from '../../../harness/target/stats.ts';
import { memoryLink } from '../../../harness/wire/memory.ts';
import { VirtualClock } from '../../../harness/wire/virtual-clock.ts';
import type { PortName, Wire } from '../../../harness/wire/wire.ts';

/** What the scripted DUT does with a frame: the frames that it emits instead of what a plain forwarder would. */
export type Script = (
  port: PortName,
  frame: Uint8Array,
  forward: () => readonly Emission[],
  node: ScriptedNode,
) => readonly Emission[];
export type Emission = readonly [port: PortName, frame: Uint8Array];

const AT = 14;
const MACS = { P: '02:41:00:00:00:01', U: '02:41:00:00:00:02' } as const;
const POD_MAC = '02:66:00:00:00:10';

/**
 * A DUT of the overlay profile that forwards without thinking (no hop limit, no checks), so that the tester itself can be
 * tested without the reference. A script bends it.
 */
export class ScriptedNode implements NodeSession {
  readonly facts = { node: 'memory', phases: [] } as const;
  readonly clock = new VirtualClock();
  readonly ports: ReadonlyMap<PortName, NodePort>;
  readonly wires: ReadonlyMap<PortName, Wire>;
  readonly setups: TargetSetup[] = [];
  refuses: string | undefined;
  readonly #ends = new Map<PortName, Wire>();

  constructor(script: Script = (_port, _frame, forward) => forward()) {
    const wires = new Map<PortName, Wire>();
    for (const port of ['P', 'U'] as const) {
      const link = memoryLink({ port, clock: this.clock });
      wires.set(port, link.tester);
      this.#ends.set(port, link.node);
      link.node.onFrame((frame) => {
        this.emit(...script(port, frame, () => answer(port, frame) ?? forward(port, frame), this));
      });
    }
    this.wires = wires;
    this.ports = new Map(
      (['P', 'U'] as const).map((port) => [
        port,
        { interfaceName: port, macAddress: MACS[port], maximumMtuBytes: 9000 },
      ]),
    );
  }

  emit(...emissions: readonly Emission[]): void {
    for (const [port, frame] of emissions) this.#ends.get(port)?.send(frame);
  }

  async up(setup: TargetSetup): Promise<UpOutcome> {
    this.setups.push(setup);
    if (this.refuses !== undefined) return { kind: 'unsupported', reason: this.refuses };
    return { kind: 'ready', durationMs: 0 };
  }

  async down(): Promise<void> {}
  async stats(): Promise<StatsOutcome> {
    return { kind: 'unsupported', reason: 'it counts nothing' };
  }

  async diagnostics(): Promise<string> {
    return '';
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Replies to ARP and neighbour solicitations as any living node does. */
export const answer = (port: PortName, frame: Uint8Array): readonly Emission[] | undefined => {
  if (ethernetEtherType(frame) === ETHER_TYPE.ARP && port === 'U') {
    if (arpOperation(frame, AT) !== ARP_OPERATION.REQUEST) return [];
    const { targetProtocolAddress, senderHardwareAddress, senderProtocolAddress } = readArpHeader(frame, AT);
    const reply = arp({
      operation: ARP_OPERATION.REPLY,
      senderHardwareAddress: MACS.U,
      senderProtocolAddress: targetProtocolAddress,
      targetHardwareAddress: senderHardwareAddress,
      targetProtocolAddress: senderProtocolAddress,
    });
    return [['U', build(ethernet({ source: MACS.U, destination: ethernetSource(frame) }), reply)]];
  }
  const isIcmpv6 = port === 'P' && ethernetEtherType(frame) === ETHER_TYPE.IPV6 && ipv6NextHeader(frame, AT) === 58;
  if (!isIcmpv6 || icmpv6Type(frame, AT + 40) !== 135) return undefined;
  const target = ndpTarget(frame, AT + 40);
  const reply = [
    ethernet({ source: MACS.P, destination: ethernetSource(frame) }),
    ipv6({ source: target, destination: ipv6Source(frame, AT), hopLimit: 255 }),
    neighborAdvertisement({ target, solicited: true }),
  ];
  return [['P', build(...reply)]];
};

/** P to U in IPv4 by the 6rd mapping of the overlay profile, U to P without it. */
export const forward = (port: PortName, frame: Uint8Array): readonly Emission[] => {
  if (port === 'U') {
    return [
      [
        'P',
        concat(
          build(ethernet({ source: MACS.P, destination: POD_MAC, etherType: ETHER_TYPE.IPV6 })),
          frame.subarray(AT + 20),
        ),
      ],
    ];
  }
  const inner = frame.subarray(AT);
  const destination = Ipv4Address.fromBytes(Uint8Array.of(10, ...ipv6Destination(inner, 0).bytes.subarray(5, 8)));
  const outer = ipv4({ source: '10.0.0.1', destination, protocol: 41, dontFragment: true });
  return [['U', build(ethernet({ source: MACS.U, destination: '02:55:0a:00:00:02' }), outer, payload(inner))]];
};
