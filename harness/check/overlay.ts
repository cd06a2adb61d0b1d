/** Which tunnel packets are those of the profile, and why the others are not judged. */
import { readUint16, readUint8 } from '../packet/bytes.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { embeddedArithmetic, type EmbeddedArithmetic, type RuleContext } from '../rules/index.ts';
import type { Carries, PacketWalk } from './packet-walk.ts';

const UDP_HEADER_BYTES = 8;
const IPV6_HEADER_BYTES = 40;
const TEREDO_PORT = 3544;
const GUE_PORT = 6080;

const PROTOCOL_OF = {
  udp: PROTOCOL.UDP,
  'ipv6-in-gre': PROTOCOL.GRE,
  'ipv6-in-ipv6': PROTOCOL.IPV6,
  'protocol-41': PROTOCOL.IPV6,
};

export class Overlay {
  readonly #embedded: EmbeddedArithmetic | undefined;
  readonly #carries: keyof typeof PROTOCOL_OF;
  /** 0 where the overlay does not use UDP. */
  readonly #port: number;

  /** The IPv4 protocol of its tunnel packets. */
  readonly protocol: number;

  constructor({ profile, map }: RuleContext) {
    this.#embedded = embeddedArithmetic(map);
    const { encapsulation, mapping } = profile;
    this.#port = encapsulation.kind === 'fou' || encapsulation.kind === 'gue' ? encapsulation.port : 0;
    if (this.#port !== 0) this.#carries = 'udp';
    else if (encapsulation.kind === 'gre') this.#carries = 'ipv6-in-gre';
    else this.#carries = mapping.kind === 'ip6ip6' ? 'ipv6-in-ipv6' : 'protocol-41';
    this.protocol = PROTOCOL_OF[this.#carries];
  }

  /** Whether the packet at the walk is one of this overlay by its framing. */
  isOwn(carries: Carries, { place, payloadAt }: PacketWalk): boolean {
    if (carries !== this.#carries) return false;
    return this.#port === 0 || readUint16(place.bytes, payloadAt + 2) === this.#port;
  }

  isInnerThere({ place, payloadAt }: PacketWalk): boolean {
    return this.#innerAt(payloadAt) + IPV6_HEADER_BYTES <= place.end;
  }

  /**
   * Whether a packet with the framing of this overlay is another's: both inner addresses are ordinary ones (2000::/3, fc00::/7) and
   * outside its prefix. Special addresses are nobody's, and judged.
   */
  isForeign(walk: PacketWalk): boolean {
    const embedded = this.#embedded;
    if (embedded === undefined || walk.isFragment || !this.isInnerThere(walk)) return false;
    const { bytes } = walk.place;
    const at = this.#innerAt(walk.payloadAt);
    if (readUint8(bytes, at) >>> 4 !== 6) return false;
    return [at + 8, at + 24].every(
      (addressAt) => isOrdinary(readUint16(bytes, addressAt)) && !embedded.contains(bytes, addressAt),
    );
  }

  /** Undefined for what is no tunnel packet, and for what goes on inside. */
  reasonNotJudged(carries: Carries, { place, payloadAt }: PacketWalk): string | undefined {
    switch (carries) {
      case 'protocol-41':
        return 'IPv6 directly in IPv4 (protocol 41), where the profile has another framing';
      case 'ipv6-in-ipv6':
        return 'IPv6 in IPv6, where the profile has another framing';
      case 'ipv6-in-gre':
        return 'IPv6 in GRE, where the profile has another framing';
      case 'ipsec':
        return 'protected by IPsec';
      case 'later-fragment':
        return 'later fragments of packets that may hold a tunnel packet';
      case 'udp':
        return reasonOfUdp(readUint16(place.bytes, payloadAt), readUint16(place.bytes, payloadAt + 2));
      case 'another-packet':
      case 'nothing-inside':
        return undefined;
    }
  }

  #innerAt(payloadAt: number): number {
    return payloadAt + (this.#port === 0 ? 0 : UDP_HEADER_BYTES);
  }
}

const isOrdinary = (firstWord: number): boolean => firstWord >>> 13 === 1 || (firstWord & 0xfe00) === 0xfc00;

function reasonOfUdp(sourcePort: number, destinationPort: number): string | undefined {
  if (sourcePort === TEREDO_PORT || destinationPort === TEREDO_PORT) return 'Teredo';
  return destinationPort === GUE_PORT ? 'GUE, where the profile has another framing' : undefined;
}
