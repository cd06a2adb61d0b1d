import fc from 'fast-check';
import {
  ah,
  destinationOptions,
  esp,
  fragmentHeader,
  hopByHopOptions,
  icmpv6EchoRequest,
  PROTOCOL,
  routingHeader,
  tcp,
  udp,
  type Layer,
} from '../../harness/packet/index.ts';
import { seededRandom } from '../../harness/random.ts';

const EXTENSIONS = ['Destination Options', 'Routing', 'Fragment', 'AH'] as const;
const UPPER_LAYERS = [
  'UDP',
  'UDP with a wrong checksum',
  'UDP without a checksum',
  'TCP',
  'ICMPv6 echo',
  'ESP',
  'a later fragment',
  'No Next Header',
  'an unknown protocol',
] as const;

interface ExtensionHeader {
  readonly kind: (typeof EXTENSIONS)[number];
  readonly seed: number;
}

/** The headers behind the IPv6 header, in their order (RFC 8200 section 4.1: a receiver takes them in any). */
export interface HeaderChain {
  readonly hopByHop: boolean;
  readonly extensions: readonly ExtensionHeader[];
  readonly upper: (typeof UPPER_LAYERS)[number];
  /** What an unknown protocol is called. */
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** Headers that have a form of their own, which random bytes behind them would not have. */
const HEADERS_WITH_A_FORM: ReadonlySet<number> = new Set([
  PROTOCOL.HOP_BY_HOP,
  PROTOCOL.TCP,
  PROTOCOL.UDP,
  PROTOCOL.ROUTING,
  PROTOCOL.FRAGMENT,
  PROTOCOL.ESP,
  PROTOCOL.AH,
  PROTOCOL.ICMPV6,
  PROTOCOL.NO_NEXT_HEADER,
  PROTOCOL.DESTINATION_OPTIONS,
]);

export const chains: fc.Arbitrary<HeaderChain> = fc.record({
  hopByHop: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  extensions: fc.array(fc.record({ kind: fc.constantFrom(...EXTENSIONS), seed: fc.nat(0xffff) }), { maxLength: 3 }),
  upper: fc.constantFrom(...UPPER_LAYERS),
  protocol: fc.nat(255).filter((number) => !HEADERS_WITH_A_FORM.has(number)),
  sourcePort: fc.nat(0xffff),
  destinationPort: fc.nat(0xffff),
});

/** An option that a node skips when it does not know it (RFC 8200 section 4.2), with some bytes in it. */
const skippedOption = (bytes: Uint8Array): Uint8Array => Uint8Array.of(0x1e, bytes.length, ...bytes);

const SEGMENTS_BYTES = 20;

const extensionLayer = ({ kind, seed }: ExtensionHeader): Layer => {
  const random = seededRandom(seed);
  const randomBytes = (maximum: number): Uint8Array => random.bytes(random.int(maximum + 1));
  switch (kind) {
    case 'Destination Options':
      return destinationOptions({ options: skippedOption(randomBytes(20)) });
    case 'Routing':
      // Type 253 is for experiments (RFC 4727): a node that is not the destination does not look at it.
      return routingHeader({ routingType: 253, segmentsLeft: random.int(4), data: random.bytes(SEGMENTS_BYTES) });
    case 'Fragment':
      return fragmentHeader({ moreFragments: random.chance(0.5), identification: random.nextUint32() });
    case 'AH':
      return ah({ spi: random.nextUint32(), sequence: random.nextUint32(), icv: random.bytes(12) });
  }
};

/** What a payload alone is when the header before it says what it is. */
const opaque = (protocolNumber: number): Layer => ({ kind: 'payload', protocolNumber, finish: (inner) => inner });

const upperLayer = ({ upper, protocol, sourcePort, destinationPort }: HeaderChain): Layer => {
  const ports = { sourcePort, destinationPort };
  switch (upper) {
    case 'UDP':
      return udp(ports);
    case 'UDP with a wrong checksum':
      return udp({ ...ports, checksum: 0x1bad });
    case 'UDP without a checksum':
      return udp({ ...ports, checksum: 0 });
    case 'TCP':
      return tcp(ports);
    case 'ICMPv6 echo':
      return icmpv6EchoRequest({ identifier: sourcePort, sequence: destinationPort });
    case 'ESP':
      return esp({ spi: 0x100 + sourcePort, sequence: destinationPort });
    case 'a later fragment':
      return fragmentHeader({ nextHeader: PROTOCOL.UDP, fragmentOffset: 1 + (sourcePort & 0xff), identification: 7 });
    case 'No Next Header':
      return opaque(PROTOCOL.NO_NEXT_HEADER);
    case 'an unknown protocol':
      return opaque(protocol);
  }
};

export const chainLayers = (chain: HeaderChain): Layer[] => [
  ...(chain.hopByHop ? [hopByHopOptions({ options: skippedOption(Uint8Array.of(1, 2, 3, 4)) })] : []),
  ...chain.extensions.map(extensionLayer),
  upperLayer(chain),
];

/** `Hop-by-Hop, AH, TCP`. */
export const chainTitle = ({ hopByHop, extensions, upper, protocol }: HeaderChain): string =>
  [
    ...(hopByHop ? ['Hop-by-Hop Options'] : []),
    ...extensions.map(({ kind }) => kind),
    upper === 'an unknown protocol' ? `protocol ${String(protocol)}` : upper,
  ].join(', ');
