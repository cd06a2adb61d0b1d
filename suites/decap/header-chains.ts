import {
  ah,
  concat,
  destinationOptions,
  esp,
  fragmentHeader,
  fromHex,
  hopByHopOptions,
  icmpv6EchoReply,
  routingHeader,
  tcp,
  udp,
  type Layer,
} from '../../harness/packet/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from './vectors.ts';

interface HeaderChain {
  readonly name: string;
  readonly layers: readonly Layer[];
  /** Where no layer says it. */
  readonly nextHeader?: number;
}

const UDP = udp({ sourcePort: 41000, destinationPort: 41001 });
/** An option of RFC 3692 style experiments whose type tells nodes that do not know it to pass it over. */
const EXPERIMENTAL_OPTION = { options: fromHex('1e0401020304') };
/** Last Entry, Flags, Tag and one segment (RFC 8754 section 2). */
const SEGMENT_LIST = { routingType: 4, data: fromHex('00000000' + '20010db8000000000000000000000001') };
const WRONG_CHECKSUM = 0xdead;

const CHAINS: readonly HeaderChain[] = [
  { name: 'UDP', layers: [UDP] },
  { name: 'TCP', layers: [tcp({ sourcePort: 41000, destinationPort: 41001, sequence: 1 })] },
  { name: 'Hop-by-Hop Options and UDP', layers: [hopByHopOptions(EXPERIMENTAL_OPTION), UDP] },
  { name: 'Destination Options and UDP', layers: [destinationOptions(EXPERIMENTAL_OPTION), UDP] },
  { name: 'a Routing header of type 4 and UDP', layers: [routingHeader(SEGMENT_LIST), UDP] },
  { name: 'a first fragment', layers: [fragmentHeader({ identification: 0x41410001, moreFragments: true }), UDP] },
  {
    name: 'a later fragment',
    layers: [fragmentHeader({ nextHeader: 17, identification: 0x41410002, fragmentOffset: 185 })],
  },
  {
    name: 'an Authentication Header',
    layers: [ah({ spi: 0x1234, sequence: 7, icv: fromHex('0102030405060708090a0b0c') }), UDP],
  },
  { name: 'ESP', layers: [esp({ spi: 0x1234, sequence: 7 })] },
  { name: 'No Next Header and bytes behind it', layers: [], nextHeader: 59 },
  { name: 'an experimental protocol', layers: [], nextHeader: 253 },
  {
    name: 'UDP with a wrong checksum',
    layers: [udp({ sourcePort: 41000, destinationPort: 41001, checksum: WRONG_CHECKSUM })],
  },
  { name: 'UDP without checksum', layers: [udp({ sourcePort: 41000, destinationPort: 41001, checksum: 0 })] },
  {
    name: 'TCP with a wrong checksum',
    layers: [tcp({ sourcePort: 41000, destinationPort: 41001, checksum: WRONG_CHECKSUM })],
  },
  {
    name: 'ICMPv6 with a wrong checksum',
    layers: [icmpv6EchoReply({ identifier: 1, sequence: 1, checksum: WRONG_CHECKSUM })],
  },
  {
    name: 'all kinds of extension headers',
    layers: [
      hopByHopOptions(EXPERIMENTAL_OPTION),
      destinationOptions(EXPERIMENTAL_OPTION),
      routingHeader(SEGMENT_LIST),
      fragmentHeader({ identification: 0x41410003, moreFragments: true }),
      ah({ spi: 1 }),
      destinationOptions(EXPERIMENTAL_OPTION),
      UDP,
    ],
  },
];

/** Not CE: what a DUT makes of congestion marks is for other requirements to say. */
const ECN_CODEPOINTS = [0, 1, 2] as const;

/** One tunnel packet for each header chain, with a random Traffic Class, Flow Label and payload. */
export const headerChainPackets = (t: TestContext): Stimulus[] =>
  CHAINS.map(({ name, layers, nextHeader }) => {
    const { random } = t;
    const mark = t.mark();
    const packet = t.fromTunnel({
      layers,
      ...(nextHeader === undefined ? {} : { nextHeader }),
      trafficClass: random.int(64) * 4 + random.pick(ECN_CODEPOINTS),
      flowLabel: random.int(0x100000),
      payload: concat(t.tag(mark), random.bytes(random.int(600))),
    });
    return named({ ...packet, mark }, `tunnel packet with ${name}`);
  });
