import { readUint16, readUint32 } from '../../packet/bytes.ts';
import { IPV4, IPV4_FLAG } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { DecapQuestion } from '../tunnel/decap-checks.ts';
import type { Change, Fault } from './fault.ts';
import { exempting, faultsOf, inArea, together } from './fault.ts';
import { everyOverlap, overlapOfThird, overlapUpTo } from './overlap.ts';

const isFirst = (fragment: Uint8Array): boolean => (readUint16(fragment, IPV4.FLAGS_FRAGMENT_OFFSET) & 0x1fff) === 0;

/** Lets packets pass unchecked whose first fragment meets a condition. */
const trustingFirstFragment =
  (isTrusted: (fragment: Uint8Array) => boolean): Change =>
  (behaviour) => {
    const passed = new Set<number>();
    // Every check asks anew about the same packet.
    const decided = new WeakMap<DecapQuestion, boolean>();
    const isExempt = (question: DecapQuestion): boolean => {
      const is = decided.get(question) ?? passed.delete(question.outer.source);
      decided.set(question, is);
      return is;
    };
    return together(
      inArea('reassembly', (is) => ({
        onArrival: (fragment) => {
          if (isFirst(fragment) && isTrusted(fragment)) passed.add(readUint32(fragment, IPV4.SOURCE));
          return is.onArrival(fragment);
        },
      })),
      inArea('decap', (is) => ({
        checks: exempting(is.checks, isExempt),
      })),
    )(behaviour);
  };

/** Lets everything pass of a sender that has been verified once. */
const trustingVerifiedSender: Change = inArea('decap', (is) => {
  const trusted = new Set<number>();
  const violated = (question: DecapQuestion): boolean => {
    const { source } = question.outer;
    if (is.checks.every((check) => !check.violated(question))) trusted.add(source);
    return !trusted.has(source);
  };
  return { checks: [{ name: 'source-pair', violated }] };
});

/** Too short for an inner header, so that there is nothing to check. */
const isTiny = (fragment: Uint8Array): boolean =>
  readUint16(fragment, IPV4.TOTAL_LENGTH) < IPV4.MINIMUM_HEADER_LENGTH + IPV6.HEADER_LENGTH;

const isAtomicIpv4 = (packet: Uint8Array): boolean => (readUint16(packet, IPV4.FLAGS_FRAGMENT_OFFSET) & 0x3fff) === 0;

const senderAndIdentification = (packet: Uint8Array): string =>
  `${String(readUint32(packet, IPV4.SOURCE))} ${String(readUint16(packet, IPV4.IDENTIFICATION))}`;

/** Discards whole packets whose Identification meets a condition and has been seen before. */
const suppressingDuplicates = (isChosen: (identification: number) => boolean): Change =>
  inArea('ipv4', (is) => {
    const seen = new Set<string>();
    const violated = (packet: Uint8Array): boolean => {
      if (!isAtomicIpv4(packet) || !isChosen(readUint16(packet, IPV4.IDENTIFICATION))) return false;
      const key = senderAndIdentification(packet);
      const again = seen.has(key);
      seen.add(key);
      return again;
    };
    return { checks: [...is.checks, { name: 'duplicate', violated }] };
  });

/** A whole packet ends the one in fragments that has the same Identification. */
const endingDatagramOfSameIdentification: Change = (behaviour) => {
  const ended = new Set<string>();
  const violated = (packet: Uint8Array): boolean => {
    if (isAtomicIpv4(packet)) ended.add(senderAndIdentification(packet));
    return false;
  };
  return together(
    inArea('ipv4', (is) => ({ checks: [...is.checks, { name: 'atomic', violated }] })),
    inArea('reassembly', (is) => ({
      onArrival: (fragment) => (ended.delete(senderAndIdentification(fragment)) ? 'drop' : is.onArrival(fragment)),
    })),
  )(behaviour);
};

/** Keys by all that makes a datagram but some of it. */
const keyedBy = (...parts: readonly ((fragment: Uint8Array) => number)[]): Change =>
  inArea('reassembly', () => ({ key: (fragment) => parts.map((part) => String(part(fragment))).join(' ') }));

const sourceOf = (fragment: Uint8Array): number => readUint32(fragment, IPV4.SOURCE);
const destinationOf = (fragment: Uint8Array): number => readUint32(fragment, IPV4.DESTINATION);
const protocolOf = (fragment: Uint8Array): number => fragment[IPV4.PROTOCOL] ?? 0;
const identificationOf = (fragment: Uint8Array): number => readUint16(fragment, IPV4.IDENTIFICATION);

export const reassemblyFaults: readonly Fault[] = [
  ...faultsOf('fragment.atomic-id-ignored', {
    'id-duplicate-suppression': suppressingDuplicates(() => true),
    'id-duplicate-nonzero': suppressingDuplicates((identification) => identification !== 0),
    'id-atomic-ends-datagram': endingDatagramOfSameIdentification,
  }),
  ...faultsOf('fragment.buffer-minimum', {
    'reasm-buffer-512': inArea('reassembly', () => ({ heeded: (askedBytes) => askedBytes })),
    'reasm-buffer-576': inArea('reassembly', () => ({
      heeded: (askedBytes, requiredBytes) => (askedBytes < 576 ? requiredBytes : askedBytes),
    })),
  }),
  ...faultsOf('fragment.checks-after-reassembly', {
    'parse-first-fragment': trustingFirstFragment(isTiny),
    'spoof-check-once': trustingVerifiedSender,
    'spoof-check-before-reasm': trustingFirstFragment(() => true),
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
    'reasm-timeout-silent': inArea('reassembly', () => ({ reportsTimeout: () => false })),
    'reasm-timeout-5': inArea('reassembly', () => ({ timeoutMs: 5000 })),
    'reasm-late-completion': inArea('reassembly', () => ({ forgetsTimedOut: false })),
  }),
  ...faultsOf('fragment.overlap', {
    'overlap-last-wins': inArea('reassembly', (is) => ({ overlap: everyOverlap(is.overlap) })),
    'overlap-of-8-accepted': inArea('reassembly', (is) => ({ overlap: overlapUpTo(8)(is.overlap) })),
    'overlap-third-unchecked': inArea('reassembly', (is) => ({ overlap: overlapOfThird(is.overlap) })),
    'duplicate-redelivers': inArea('reassembly', () => ({ forgetsComplete: false })),
    'duplicate-fatal': inArea('reassembly', () => ({ overlap: () => 'fatal' })),
  }),
  ...faultsOf('fragment.reassembly-overflow', {
    'reasm-overflow': inArea('reassembly', () => ({ limitBytes: Number.POSITIVE_INFINITY })),
    'reasm-last-shortens': inArea('reassembly', (is) => ({
      endFits: (end, more, lastEnd) => is.endFits(end, more, lastEnd, 0),
      overlap: everyOverlap(is.overlap),
    })),
    'reasm-beyond-last': inArea('reassembly', (is) => ({
      endFits: (end, more, lastEnd, longestEnd) => more || is.endFits(end, more, lastEnd, longestEnd),
    })),
    'reasm-second-last': inArea('reassembly', (is) => ({
      endFits: (end, more, _lastEnd, longestEnd) => is.endFits(end, more, undefined, longestEnd),
    })),
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
    'reasm-one-at-a-time': inArea('reassembly', () => ({ datagramLimit: 1 })),
    'reasm-options-as-data': inArea('reassembly', () => ({ headerLengthBytes: () => IPV4.MINIMUM_HEADER_LENGTH })),
    'reasm-padding-kept': inArea('ipv4', (is) => ({
      totalLengthBytes: (packet) => (isAtomicIpv4(packet) ? is.totalLengthBytes(packet) : packet.length),
    })),
    'reasm-tiny-first-dropped': inArea('reassembly', (is) => ({
      onArrival: (fragment) => (isFirst(fragment) && isTiny(fragment) ? 'drop' : is.onArrival(fragment)),
    })),
    'reasm-one-in-16-lost': inArea('reassembly', (is) => {
      let datagrams = 0;
      return {
        onArrival: (fragment) => {
          if (isFirst(fragment)) datagrams += 1;
          return isFirst(fragment) && datagrams % 16 === 0 ? 'drop' : is.onArrival(fragment);
        },
      };
    }),
    'reasm-last-of-8-lost': inArea('reassembly', (is) => ({
      onArrival: (fragment) => {
        const isLast = (readUint16(fragment, IPV4.FLAGS_FRAGMENT_OFFSET) & IPV4_FLAG.MORE_FRAGMENTS) === 0;
        const lengthBytes = readUint16(fragment, IPV4.TOTAL_LENGTH) - is.headerLengthBytes(fragment);
        return isLast && lengthBytes === 8 ? 'drop' : is.onArrival(fragment);
      },
    })),
    'reasm-jumbo-dropped': inArea('reassembly', () => ({ limitBytes: 1500 })),
  }),
  ...faultsOf('fragment.reassembly-key', {
    'reasm-key-id-only': keyedBy(identificationOf),
    'reasm-key-no-source': keyedBy(destinationOf, protocolOf, identificationOf),
    'reasm-key-no-destination': keyedBy(sourceOf, protocolOf, identificationOf),
    'reasm-key-no-protocol': keyedBy(sourceOf, destinationOf, identificationOf),
    'reasm-key-no-id': keyedBy(sourceOf, destinationOf, protocolOf),
    'reasm-key-low-byte': keyedBy(sourceOf, destinationOf, protocolOf, (fragment) => identificationOf(fragment) & 0xff),
  }),
];
