import type { OverlayGuest } from './guest.ts';
import { BRIDGE } from './kinds/vxlan.ts';
import type { LabPod } from './lab.ts';
import type { Overlay } from './overlay.ts';
import { Probe } from './probe.ts';
import type { Way } from './traffic.ts';
import { POD_OF_A, POD_OF_B, PORT_MACS, REFERENCE } from './topology.ts';

/** FCS, which the wires do not carry, and the Ethernet header. */
export const FRAME_OVERHEAD_BYTES = 18;

/** The two ways from pods of A to pods of B: natively, and through the overlay. */
export class TrialPath {
  readonly way: Way;
  readonly overlay: Overlay;
  readonly #guest: OverlayGuest;
  #isBridged = false;

  constructor(guest: OverlayGuest, overlay: Overlay) {
    this.#guest = guest;
    this.overlay = overlay;
    this.way = { from: guest.wire('podsOfA'), to: guest.wire('podsOfB') };
  }

  /** A packet of the pod of A to one of B. */
  through(packetBytes: number, sourcePort?: number, to: LabPod = POD_OF_B): Probe {
    const { inner, pods } = this.overlay;
    const isIpv6 = inner === 'ipv6';
    return new Probe({
      inner,
      source: (isIpv6 ? POD_OF_A.ipv6 : POD_OF_A.ipv4).toString(),
      destination: (isIpv6 ? to.ipv6 : to.serviceIpv4).toString(),
      sourceMac: POD_OF_A.mac,
      destinationMac: pods === 'bridged' ? to.mac : PORT_MACS.A,
      packetBytes,
      ...(sourcePort === undefined ? {} : { sourcePort }),
    });
  }

  /** The same packet natively; IPv6 also where the overlay carries IPv4. */
  native(packetBytes: number, sourcePort?: number): Probe {
    const { source, destination } = REFERENCE;
    return new Probe({
      inner: 'ipv6',
      source,
      destination,
      sourceMac: POD_OF_A.mac,
      destinationMac: PORT_MACS.A,
      packetBytes,
      ...(sourcePort === undefined ? {} : { sourcePort }),
    });
  }

  /** Where pods share a link, the ports of the two nodes are on its bridge for the overlay, and on their own for native IPv6. */
  async turnTo(side: 'native' | 'overlay'): Promise<void> {
    const wantsBridge = this.overlay.pods === 'bridged' && side === 'overlay';
    if (wantsBridge === this.#isBridged) return;
    const to = wantsBridge ? `master ${BRIDGE}` : 'nomaster';
    await this.#guest.run(`ip -n A link set eth0 ${to} && ip -n B link set eth1 ${to}`, `the turn to ${side}`);
    this.#isBridged = wantsBridge;
  }
}
