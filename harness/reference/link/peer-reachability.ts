/** Neighbor Unreachability Detection for the other end of a configured tunnel (RFC 4861 section 7.3, RFC 4213 section 3.8). */
import { concat } from '../../packet/bytes.ts';
import { ICMPV6_TYPE } from '../../packet/icmpv6-types.ts';
import { NDP_HOP_LIMIT } from '../../packet/ndp.ts';
import type { ReferenceClock } from '../clock.ts';
import type { NodeConfig } from '../config.ts';
import { buildIcmpv6 } from '../ipv6/packet.ts';
import type { ReferenceNode } from '../node.ts';

/** RFC 4861 section 10: REACHABLE_TIME, DELAY_FIRST_PROBE_TIME, RETRANS_TIMER and MAX_UNICAST_SOLICIT. */
const REACHABLE_MS = 30_000;
const FIRST_PROBE_DELAY_MS = 5000;
const RETRANSMISSION_MS = 1000;
const PROBES = 3;

/** Link-local address of the other end, where the tunnel is a configured one with an IPv4 underlay (RFC 4213 section 3.7). */
export const peerLinkLocalOf = ({ mapping, tunnelLinkLocal }: NodeConfig): Uint8Array | undefined => {
  if (mapping.kind !== '6in4' || tunnelLinkLocal === undefined) return undefined;
  const { remote } = mapping;
  return Uint8Array.of(
    ...tunnelLinkLocal.subarray(0, 12),
    remote >>> 24,
    (remote >>> 16) & 0xff,
    (remote >>> 8) & 0xff,
    remote & 0xff,
  );
};

/** Probes the other end while packets go there and nothing says that they arrive. What it finds changes no route: there is no other. */
export class PeerReachability {
  readonly #clock: ReferenceClock;
  readonly #probe: () => void;
  #confirmedMs = -Infinity;
  #cancel: (() => void) | undefined;

  constructor(clock: ReferenceClock, probe: () => void) {
    this.#clock = clock;
    this.#probe = probe;
  }

  /** A packet went to the other end. */
  used(): void {
    if (this.#cancel !== undefined || this.#clock.nowMs() - this.#confirmedMs <= REACHABLE_MS) return;
    this.#schedule(FIRST_PROBE_DELAY_MS, PROBES);
  }

  /** The other end has answered a probe. */
  confirm(): void {
    this.#confirmedMs = this.#clock.nowMs();
    this.clear();
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(delayMs: number, probesLeft: number): void {
    this.#cancel = this.#clock.schedule(delayMs, () => {
      this.#cancel = undefined;
      if (probesLeft === 0) return;
      this.#probe();
      this.#schedule(RETRANSMISSION_MS, probesLeft - 1);
    });
  }
}

/** A unicast Neighbor Solicitation for the other end, without options. */
export const probePeer = (node: ReferenceNode): void => {
  const peer = peerLinkLocalOf(node.config);
  const { tunnelLinkLocal: source } = node.config;
  if (peer === undefined || source === undefined || !node.behaviour.neighbour.probesPeer) return;
  const payload = concat(Uint8Array.of(ICMPV6_TYPE.NEIGHBOR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0), peer);
  const probe = buildIcmpv6({ source, destination: peer, hopLimit: NDP_HOP_LIMIT, payload });
  node.paths.originate(probe, 'tunnel', true);
};
