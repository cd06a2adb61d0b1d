import fc from 'fast-check';
import { Ipv4Address, Ipv6Address } from '../../harness/address/index.ts';
import { assert, suite } from '../support/suite.ts';
import { bytesOf, frame, ipv4, ipv6, udp, udpChecksumOf, word, type InnerOptions } from './handmade.ts';
import { contextOf, Feed, labOf, strangersContext } from './support.ts';

const test = suite('rules/right encapsulations');

const MAPPINGS = [
  'overlay',
  '6rd:2001:db8::/32+0.0.0.0/0',
  '6rd:2001:db8:a000::/37+100.64.0.0/10',
  '6rd:2001:db8:8000::/33+192.0.0.0/8',
  '6to4',
  '6in4',
];

const profiles = fc
  .record({
    mapping: fc.constantFrom(...MAPPINGS),
    fou: fc.boolean(),
    mtu: fc.constantFrom('static:1480', 'dynamic'),
    tos: fc.constantFrom('zero', 'copy', 'fixed:0x28'),
    ecnEncap: fc.constantFrom('6040', '3168', 'compat'),
    ecnDecap: fc.constantFrom('6040', 'off'),
    ttl: fc.constantFrom('fixed:64', 'fixed:255', 'inherit'),
    udpChecksum: fc.constantFrom('zero', 'on'),
    sourcePort: fc.constantFrom('entropy', 'fixed'),
  })
  .map((choice) => ({
    ...choice,
    text: [
      choice.mapping,
      ...(choice.fou ? ['encap=fou:3544'] : []),
      `mtu=${choice.mtu}`,
      `tos=${choice.tos}`,
      `ttl=${choice.ttl}`,
      `ecnEncap=${choice.ecnEncap}`,
      `ecnDecap=${choice.ecnDecap}`,
      `udpChecksum=${choice.udpChecksum}`,
      `sourcePort=${choice.sourcePort}`,
    ].join(','),
  }));

const packets = fc.record({
  trafficClass: fc.nat(255),
  flowLabel: fc.nat(0xfffff),
  hopLimit: fc.integer({ min: 2, max: 255 }),
  nextHeader: fc.constantFrom(6, 17, 50, 58, 59, 60, 43, 44, 41, 253),
  payload: fc.uint8Array({ maxLength: 1400, size: 'max' }),
  subnetAndInterface: fc.bigInt({ min: 0n, max: (1n << 48n) - 1n }),
  peer: fc.integer({ min: 0x0c, max: 0xfa }),
  back: fc.boolean(),
  outerEcn: fc.nat(3),
  tailBytes: fc.nat(8),
});

/** The ECN field that an encapsulator sends, written down as the table of the catalogue. */
const INGRESS = { 6040: [0, 1, 2, 3], 3168: [0, 1, 2, 2], compat: [0, 0, 0, 0] } as const;
const EGRESS = [
  [0, 0, 0, -1],
  [1, 1, 1, 3],
  [2, 1, 2, 3],
  [3, 3, 3, 3],
] as const;

test('random right packets in both directions give no finding under random profiles', () => {
  let judged = 0;
  fc.assert(
    fc.property(profiles, fc.array(packets, { minLength: 1, maxLength: 8 }), (choice, items) => {
      const lab = labOf(choice.text);
      const feed = new Feed(contextOf(choice.text));
      const stranger = new Feed(strangersContext(choice.text));
      const own = lab.underlay.dut.toString();
      for (const [index, item] of items.entries()) {
        const peer =
          lab.map === undefined
            ? lab.underlay.n2
            : Ipv4Address.fromNumber(lab.underlay.segment.address.toNumber() + item.peer);
        if (lab.map !== undefined && peer.toString() === own) continue;
        const remote = Ipv6Address.fromBigInt(lab.node(peer).nodePrefix.address.toBigInt() | item.subnetAndInterface);
        // An ICMPv6 message of random bytes may look like one of the node itself, or like an error.
        const payload = item.nextHeader === 58 ? bytesOf(128, 0, item.payload) : item.payload;
        const inner: InnerOptions = {
          trafficClass: item.trafficClass,
          flowLabel: item.flowLabel,
          nextHeader: item.nextHeader,
          payload,
          ...(item.back
            ? { source: remote.toString(), destination: lab.pods[0]?.toString() ?? '' }
            : { source: lab.pods[0]?.toString() ?? '', destination: remote.toString() }),
        };
        const from = item.back ? peer.toString() : own;
        const to = item.back ? own : peer.toString();
        const mark = index % 2 === 0 ? index : undefined;
        const ecn = item.trafficClass & 3;
        const carry = (hopLimit: number, tos: number): Uint8Array => {
          const packet = ipv6({ ...inner, hopLimit });
          const outer = {
            source: from,
            destination: to,
            tos,
            identification: index + 1,
            flags: choice.mtu === 'dynamic' ? 0x4000 : 0,
            ttl: choice.ttl === 'inherit' ? hopLimit : Number(choice.ttl.slice(6)),
          };
          if (!choice.fou) return frame(ipv4(packet, outer));
          const datagram = udp(packet, {
            sourcePort: choice.sourcePort === 'fixed' ? 3544 : 49152 + ((item.flowLabel + index) & 0x3fff),
          });
          if (choice.udpChecksum === 'on') datagram.set(word(udpChecksumOf(datagram, from, to)), 6);
          return frame(ipv4(datagram, { ...outer, protocol: 17 }));
        };
        if (item.back) {
          const merged = choice.ecnDecap === 'off' ? ecn : (EGRESS[ecn]?.[item.outerEcn] ?? -1);
          if (merged === -1) continue;
          feed.in(carry(item.hopLimit, 0xb8 | item.outerEcn), 'U', mark);
          feed.out(
            frame(ipv6({ ...inner, hopLimit: item.hopLimit - 1, trafficClass: (item.trafficClass & 0xfc) | merged })),
            'P',
            mark,
          );
        } else {
          const dscp = choice.tos === 'copy' ? item.trafficClass & 0xfc : choice.tos === 'zero' ? 0 : 0x28;
          const outer = carry(item.hopLimit - 1, dscp | (INGRESS[choice.ecnEncap][ecn] ?? 0));
          feed.in(
            bytesOf(frame(ipv6({ ...inner, hopLimit: item.hopLimit })), new Uint8Array(item.tailBytes).fill(0xee)),
            'P',
            mark,
          );
          feed.out(outer, 'U', mark);
          stranger.unknown(outer);
        }
        assert.equal(feed.findings, [], `${choice.text}: packet ${index}`);
        assert.equal(stranger.findings, [], `${choice.text}: packet ${index} of a stranger`);
      }
      assert.equal(feed.engine.finish(), []);
      judged += feed.judged('encap.inner-unchanged') + feed.judged('decap.inner-unchanged');
    }),
    // Shrinking replays whole exchanges, which would take for ever.
    { numRuns: 200, endOnFailure: true },
  );
  assert.ok(judged > 300, `${judged} pairs were really compared`);
});

test.run();
