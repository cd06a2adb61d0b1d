/** Who sent a frame: only what the DUT sent as the encapsulator is held against it. */
import { ipv4Identification } from '../packet/ipv4.ts';
import { IPV6 } from '../packet/ipv6.ts';
import type { Dissection } from './dissection.ts';
import { isDutIpv6, type Facts } from './facts.ts';
import type { JudgedFrame } from './finding.ts';

const FORWARDED_REMEMBERED = 256;

/**
 * Whether the DUT sent the frame. Where the capture does not say, its IPv4 addresses do; where those are not known either, every
 * tunnel packet is one of a node.
 */
export function isEmitted(packet: Dissection, frame: JudgedFrame, facts: Facts): boolean {
  if (frame.direction !== 'unknown') return frame.direction === 'from-dut';
  if (packet.ipv4At >= 0) return facts.dutIpv4.length === 0 || facts.dutIpv4.includes(packet.ipv4Source);
  return packet.ipv6At >= 0 && isDutIpv6(facts, packet.bytes, packet.ipv6At + IPV6.SOURCE);
}

/**
 * The last IPv4 packets that others sent to the DUT. A DUT that is an IPv4 router sends such a packet on with its source, destination and
 * Identification (RFC 791), and did not encapsulate it.
 */
export class ForwardedPackets {
  readonly #sources = new Int32Array(FORWARDED_REMEMBERED);
  readonly #destinations = new Int32Array(FORWARDED_REMEMBERED);
  readonly #rest = new Int32Array(FORWARDED_REMEMBERED);
  #next = 0;

  remember(packet: Dissection): void {
    this.#sources[this.#next] = packet.ipv4Source;
    this.#destinations[this.#next] = packet.ipv4Destination;
    this.#rest[this.#next] = restOf(packet);
    this.#next = (this.#next + 1) % FORWARDED_REMEMBERED;
  }

  has(packet: Dissection): boolean {
    const rest = restOf(packet);
    for (let index = 0; index < FORWARDED_REMEMBERED; index++) {
      if (
        this.#rest[index] === rest &&
        this.#sources[index] === packet.ipv4Source &&
        this.#destinations[index] === packet.ipv4Destination
      ) {
        return true;
      }
    }
    return false;
  }
}

function restOf({ bytes, ipv4At, ipv4Protocol, fragmentOffset }: Dissection): number {
  const identification = ipv4Identification(bytes, ipv4At);
  return (identification << 16) | ((ipv4Protocol << 8) ^ fragmentOffset ^ 1);
}
