import { concat, readUint16, readUint32, writeUint16 } from '../../packet/bytes.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { DecapQuestion } from '../tunnel/decap-checks.ts';
import { upperLayerOf } from '../ipv6/packet.ts';
import { rewritingFrom } from './common.ts';
import { stripExtension } from './encap.ts';
import type { Change, Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together } from './fault.ts';

const isFirst = (fragment: Uint8Array): boolean => (readUint16(fragment, IPV4.FLAGS_FRAGMENT_OFFSET) & 0x1fff) === 0;

/** Takes the Fragment header off, as if the rest of the packet had already been joined. */
const reassemblingInner = (via: 'pods' | 'tunnel'): Change =>
  rewritingFrom(via, (packet) => (upperLayerOf(packet).fragmented ? stripExtension(packet) : undefined));

/** Verifies sources with what the first fragment said, and lets the whole pass. */
const checkingFirstFragment: Change = (behaviour) => {
  const passed = new Set<number>();
  return together(
    inArea('reassembly', (is) => ({
      onArrival: (fragment) => {
        if (isFirst(fragment)) passed.add(readUint32(fragment, IPV4.SOURCE));
        return is.onArrival(fragment);
      },
    })),
    inArea('decap', (is) => ({
      checks: exempting(is.checks, ({ outer }: DecapQuestion) => passed.delete(outer.source)),
    })),
  )(behaviour);
};

const addingFragmentHeader: Change = inArea('mtu', (is) => ({
  decide: (behaviour, question) => {
    const decision = is.decide(behaviour, question);
    return decision.kind === 'too-big'
      ? { kind: 'send', dontFragment: true, fragmentAboveBytes: question.portMtuBytes + 64 }
      : decision;
  },
}));

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
  ...faultsOf('fragment.atomic-id-ignored', {
    'id-duplicate-suppression': inArea('ipv4', (is) => {
      const seen = new Set<string>();
      return {
        checks: [
          ...is.checks,
          {
            name: 'duplicate',
            violated: (packet) => {
              const key = `${String(readUint32(packet, IPV4.SOURCE))} ${String(readUint16(packet, IPV4.IDENTIFICATION))}`;
              const isAtomic = (readUint16(packet, IPV4.FLAGS_FRAGMENT_OFFSET) & 0x3fff) === 0;
              const again = isAtomic && seen.has(key);
              seen.add(key);
              return again;
            },
          },
        ],
      };
    }),
  }),
  ...faultsOf('fragment.buffer-minimum', { 'reasm-buffer-512': inArea('reassembly', () => ({ limitBytes: 512 })) }),
  ...faultsOf('fragment.checks-after-reassembly', {
    'parse-first-fragment': checkingFirstFragment,
    'spoof-check-before-reasm': checkingFirstFragment,
  }),
  ...faultsOf('fragment.encap-train', {
    'frag-last-mf1': inArea('fragment', (is) => ({ flagsAndOffset: (offset) => is.flagsAndOffset(offset, false) })),
    'frag-id-differs': inArea('fragment', (is) => ({
      identification: (ofPacket, index) => (is.identification(ofPacket, index) + index) & 0xffff,
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
  ...faultsOf('fragment.incomplete-discarded', {
    'first-frag-decap': together(
      inArea('reassembly', (is) => ({
        onArrival: (fragment) => (isFirst(fragment) ? 'deliver' : is.onArrival(fragment)),
      })),
      inArea('decap', (is) => ({
        innerPacket: (node, payload, outer) =>
          is.innerPacket(node, payload, outer) ?? (payload.length >= IPV6.HEADER_LENGTH ? payload : undefined),
      })),
    ),
    'reasm-icmp-without-first': inArea('reassembly', () => ({ reportsTimeout: () => true })),
    'reasm-never-times-out': inArea('reassembly', () => ({ timeoutMs: undefined })),
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
  }),
  ...faultsOf('fragment.inner-transit', {
    'decap-inner-reasm': reassemblingInner('tunnel'),
    'inner-reassembly': reassemblingInner('pods'),
    'nh44-dropped': inArea('forwarding', (is) => ({
      checks: [...is.checks, { name: 'fragment', violated: (packet) => upperLayerOf(packet).fragmented }],
    })),
  }),
  ...faultsOf('fragment.overlap', { 'overlap-last-wins': inArea('reassembly', () => ({ overlapIsFatal: false })) }),
  ...faultsOf('fragment.own-atomic', {
    'atomic-joins-queue': inArea('ownReassembly', () => ({ isAtomic: () => false })),
  }),
  ...faultsOf('fragment.own-errors', {
    'frag-pp-pointer': inArea('ownReassembly', () => ({ lengthPointer: 0, offsetPointer: (at) => at })),
  }),
  ...faultsOf('fragment.own-overlap', {
    'own-overlap-accepted': inArea('ownReassembly', () => ({ overlapIsFatal: false })),
  }),
  ...faultsOf('fragment.reassembly-overflow', {
    'reasm-overflow': inArea('reassembly', () => ({ limitBytes: Number.POSITIVE_INFINITY })),
  }),
  ...faultsOf('fragment.reassembly-before-decap', {
    'no-reassembly': inArea('reassembly', () => ({ onArrival: () => 'drop' })),
    'reasm-inorder-only': inArea('reassembly', (is) => {
      const expected = new Map<string, number>();
      return {
        onArrival: (fragment) => {
          const key = is.key(fragment);
          const offset = is.offsetBytes(fragment);
          const inOrder = offset === (expected.get(key) ?? 0);
          expected.set(key, offset + fragment.length - ((fragment[0] ?? 0) & 0x0f) * 4);
          return inOrder ? is.onArrival(fragment) : 'drop';
        },
      };
    }),
    'reasm-offset-units': inArea('reassembly', (is) => ({ offsetBytes: (fragment) => is.offsetBytes(fragment) / 8 })),
    'second-frag-parsed': inArea('reassembly', (is) => ({
      onArrival: (fragment) => (isFirst(fragment) ? is.onArrival(fragment) : 'deliver'),
    })),
  }),
  ...faultsOf('fragment.reassembly-key', {
    'reasm-key-id-only': inArea('reassembly', () => ({
      key: (fragment) => String(readUint16(fragment, IPV4.IDENTIFICATION)),
    })),
  }),
];
