import { concat, readUint16, writeUint16 } from '../../packet/bytes.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { fragmentHeaderOf, upperLayerOf } from '../ipv6/packet.ts';
import { rewritingFrom } from './common.ts';
import { stripExtension } from './encap.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';
import { everyOverlap, ignoringContained, overlapOfEqualBytes, overlapOfThird } from './overlap.ts';

/** Takes the Fragment header off, as if the rest of the packet had already been joined. */
const reassemblingInner = (via: 'pods' | 'tunnel'): Change =>
  rewritingFrom(via, (packet) => (upperLayerOf(packet).fragmented ? stripExtension(packet) : undefined));

const fragmentWordOf = (packet: Uint8Array): number => {
  const header = fragmentHeaderOf(packet);
  return header === undefined ? -1 : readUint16(packet, header.at + 2) & 0xfff9;
};
const isLastIpv6Fragment = (packet: Uint8Array): boolean =>
  fragmentWordOf(packet) > 0 && (fragmentWordOf(packet) & 1) === 0;
const isAtomicIpv6 = (packet: Uint8Array): boolean => fragmentWordOf(packet) === 0;

const addingFragmentHeader: Change = inArea('mtu', (is) => ({
  decide: (behaviour, question) => {
    const decision = is.decide(behaviour, question);
    return decision.kind === 'too-big'
      ? { kind: 'send', dontFragment: true, fragmentAboveBytes: question.portMtuBytes + 64 }
      : decision;
  },
}));

/** A Fragment header that says that the packet is whole (RFC 8021 says why nobody should). */
const withAtomicHeader = (packet: Uint8Array): Uint8Array => {
  const header = Uint8Array.of(packet[IPV6.NEXT_HEADER] ?? 0, 0, 0, 0, 0, 0, 0, 1);
  const longer = concat(packet.subarray(0, IPV6.HEADER_LENGTH), header, packet.subarray(IPV6.HEADER_LENGTH));
  longer[IPV6.NEXT_HEADER] = PROTOCOL.FRAGMENT;
  writeUint16(longer, IPV6.PAYLOAD_LENGTH, longer.length - IPV6.HEADER_LENGTH);
  return longer;
};

/** The first piece of what a router that fragments IPv6 would send. */
const firstPiece = (inner: Uint8Array, limitBytes: number): Uint8Array => {
  const room = (limitBytes - IPV6.HEADER_LENGTH - 8) & ~7;
  const header = Uint8Array.of(inner[IPV6.NEXT_HEADER] ?? 0, 0, 0, 1, 0, 0, 0, 1);
  const body = inner.subarray(IPV6.HEADER_LENGTH, IPV6.HEADER_LENGTH + room);
  const piece = concat(inner.subarray(0, IPV6.HEADER_LENGTH), header, body);
  piece[IPV6.NEXT_HEADER] = PROTOCOL.FRAGMENT;
  writeUint16(piece, IPV6.PAYLOAD_LENGTH, piece.length - IPV6.HEADER_LENGTH);
  return piece;
};

export const fragmentFaults: readonly Fault[] = [
  ...faultsOf('fragment.encap-train', {
    'frag-last-mf1': inArea('fragment', (is) => ({ flagsAndOffset: (offset) => is.flagsAndOffset(offset, false) })),
    'frag-id-differs': inArea('fragment', (is) => ({
      identification: (ofPacket, index) => (is.identification(ofPacket, index) + index) & 0xffff,
    })),
    'frag-third-id-differs': inArea('fragment', (is) => ({
      identification: (ofPacket, index) => (is.identification(ofPacket, index) + (index === 2 ? 1 : 0)) & 0xffff,
    })),
    'frag-not-mult8': inArea('fragment', (is) => ({
      pieceLengthBytes: (mtuBytes) => is.pieceLengthBytes(mtuBytes) - 4,
    })),
    'frag-df1': inArea('fragment', (is) => ({
      flagsAndOffset: (offset, isLast) => is.flagsAndOffset(offset, isLast) | 0x4000,
    })),
    'frag-csum': inArea('fragment', () => ({ checksum: (_header, ofPacket) => ofPacket })),
    'frag-tos-differs': inArea('fragment', (is) => ({
      tos: (ofPacket, index) => (index === 0 ? is.tos(ofPacket, index) : 0x10),
    })),
  }),
  ...faultsOf('fragment.inner-never-added', {
    'v6-router-frag': together(
      addingFragmentHeader,
      inArea('encapsulation', (is) => ({
        carried: (inner, node, arrival) => {
          const carried = is.carried(inner, node, arrival);
          const limit = (node.config.ports.get('U')?.mtuBytes ?? 1500) - node.behaviour.mtu.overheadBytes(node.config);
          const tunnelMtu = node.config.switches.mtuMode === 'static' ? node.config.staticMtuBytes : limit;
          return carried.length > tunnelMtu ? firstPiece(carried, tunnelMtu) : carried;
        },
      })),
    ),
    'v6-frag-to-pods': rewritingFrom('tunnel', (packet) =>
      packet.length > 1280 ? firstPiece(packet, 1280) : undefined,
    ),
    'v6-atomic-added': rewritingFrom('pods', (packet) =>
      packet.length === 1280 && !upperLayerOf(packet).fragmented ? withAtomicHeader(packet) : undefined,
    ),
  }),
  ...faultsOf('fragment.inner-transit', {
    'decap-inner-reasm': reassemblingInner('tunnel'),
    'inner-reassembly': reassemblingInner('pods'),
    'nh44-dropped': inArea('forwarding', (is) => ({
      checks: [...is.checks, { name: 'fragment', violated: (packet) => upperLayerOf(packet).fragmented }],
    })),
    'nh44-last-dropped': inArea('forwarding', (is) => ({
      checks: [...is.checks, { name: 'last-fragment', violated: isLastIpv6Fragment }],
    })),
    'atomic-header-removed': rewritingFrom('tunnel', (packet) =>
      isAtomicIpv6(packet) ? stripExtension(packet) : undefined,
    ),
  }),
  ...faultsOf('fragment.own-atomic', {
    'atomic-joins-queue': inArea('ownReassembly', () => ({ isAtomic: () => false })),
  }),
  ...faultsOf('fragment.own-errors', {
    'frag-pp-pointer': inArea('ownReassembly', () => ({ lengthPointer: 0, offsetPointer: (at) => at })),
    'frag-pp-fixed-pointer': inArea('ownReassembly', () => ({ offsetPointer: () => IPV6.HEADER_LENGTH + 2 })),
    'frag-first-incomplete-kept': inArea('ownReassembly', () => ({ wantsWholeHeaderChain: false })),
    'own-timeout-silent': inArea('ownReassembly', () => ({ reportsTimeout: () => false })),
    'own-timeout-without-first': inArea('ownReassembly', () => ({ reportsTimeout: () => true })),
    'own-timeout-30': inArea('ownReassembly', () => ({ timeoutMs: 30_000 })),
  }),
  ...faultsOf('fragment.own-overlap', {
    'own-overlap-accepted': inArea('ownReassembly', (is) => ({ overlap: everyOverlap(is.overlap) })),
    'own-overlap-equal-accepted': inArea('ownReassembly', (is) => ({ overlap: overlapOfEqualBytes(is.overlap) })),
    'own-overlap-third-unchecked': inArea('ownReassembly', (is) => ({ overlap: overlapOfThird(is.overlap) })),
    'own-overlap-ignored': inArea('ownReassembly', () => ({ overlap: () => 'ignore' })),
    'own-contained-ignored': inArea('ownReassembly', (is) => ({ overlap: ignoringContained(is.overlap) })),
    'own-duplicate-redelivers': inArea('ownReassembly', () => ({ forgetsComplete: false })),
  }),
];
