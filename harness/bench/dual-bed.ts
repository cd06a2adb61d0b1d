import { hasManyNodes } from './traffic/peers.ts';
import { openBed, type BenchBed, type BenchBedOptions } from './bed.ts';
import { ETHERNET, ethernetDestination } from '../packet/ethernet.ts';
import type { MacAddress } from '../packet/mac-address.ts';
import { dualStream } from './traffic/stream.ts';
import type { PortName, Wire } from '../wire/wire.ts';

/** Different from those of all streams of one node. */
const STREAM_ID = 4;
const MAC_BYTES = 6;

export type DualBedOptions = Omit<BenchBedOptions, 'dutIpv4'> & {
  /** The first node, which is up. */
  readonly near: BenchBed;
};

/**
 * A second node, N2, joined to the first one by the underlay: the tester is the link between them, and a router that puts the right MAC
 * addresses into what it passes on (RFC 8219 section 4.2). Undefined where addresses do not embed those of nodes: both ends of a
 * configured tunnel would have to be told of each other.
 */
export const openDualBed = async ({ near, ...options }: DualBedOptions): Promise<BenchBed | undefined> => {
  if (!hasManyNodes(near.lab)) return undefined;
  const { ipv4 } = near.lab.n2;
  const far = await openBed({ ...options, dutIpv4: ipv4.toString() });
  const stopLinks = [
    link(near.path.wires, far.path.wires, {
      player: near.lab.macOf(ipv4),
      node: far.lab.macs.dut.U,
      sender: far.lab.macOf(near.lab.n1.ipv4),
    }),
    link(far.path.wires, near.path.wires, {
      player: far.lab.macOf(near.lab.n1.ipv4),
      node: near.lab.macs.dut.U,
      sender: near.lab.macOf(ipv4),
    }),
  ];
  const wires = new Map<PortName, Wire>();
  const [nearPods, farPods] = [near.path.wires.get('P'), far.path.wires.get('P')];
  if (nearPods !== undefined) wires.set('P', nearPods);
  if (farPods !== undefined) wires.set('U', farPods);
  return {
    ...near,
    // Both beds go on answering for themselves: what is between the nodes is not seen by a trial.
    path: {
      wires,
      time: near.time,
      answer: () => undefined,
      check: () => {
        near.path.check();
        far.path.check();
      },
      enter: () => undefined,
      leave: () => undefined,
    },
    stream: (direction, frameSizeBytes, flows) => {
      const pairs = near.lab.pods.length * far.lab.pods.length;
      if (direction !== 'dual' || flows > pairs) return undefined;
      return dualStream({ lab: near.lab, id: STREAM_ID, frameSizeBytes, flows }, far.lab);
    },
    [Symbol.asyncDispose]: async () => {
      for (const stop of stopLinks) stop();
      await far[Symbol.asyncDispose]();
    },
  };
};

interface LinkMacs {
  /** Whom the sending node takes the other one for. */
  readonly player: MacAddress;
  /** The receiving node, and whom it takes the sending one for. */
  readonly node: MacAddress;
  readonly sender: MacAddress;
}

/** Passes on what is for the other node, one way. */
const link = (
  from: ReadonlyMap<PortName, Wire>,
  to: ReadonlyMap<PortName, Wire>,
  { player, node, sender }: LinkMacs,
): (() => void) => {
  const out = to.get('U');
  return (
    from.get('U')?.onFrame((frame) => {
      if (out === undefined || frame.length < ETHERNET.HEADER_LENGTH || !ethernetDestination(frame).equals(player))
        return;
      const passedOn = frame.slice();
      passedOn.set(node.bytes, 0);
      passedOn.set(sender.bytes, MAC_BYTES);
      out.send(passedOn);
    }) ?? (() => undefined)
  );
};
