import type { Ipv4Address } from '../../harness/address/index.ts';
import {
  build,
  concat,
  equalBytes,
  ethernet,
  findLayer,
  icmpv4EchoRequest,
  ICMPV4_TYPE,
  ipv4,
  payload,
  PROTOCOL,
  tcp,
  udp,
} from '../../harness/packet/index.ts';
import type { SeenFrame, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { named } from '../decap/vectors.ts';
import { icmp4 } from './area.ts';
import { message, withoutOuterIpv4 } from './messages.ts';

const IDENTIFIER = 0x4164;
const DNS_PORT = 53;

interface Echo {
  readonly stimulus: Stimulus;
  readonly from: Ipv4Address;
  readonly sequence: number;
  readonly data: Uint8Array;
}

const echoFrom = (t: TestContext, from: Ipv4Address, sequence: number, lengthBytes: number): Echo => {
  const { lab } = t;
  const mark = t.mark();
  const tag = t.tag(mark);
  const data = concat(tag, t.random.bytes(Math.max(0, lengthBytes - tag.length)));
  const frame = build(
    ethernet({ source: lab.macOf(lab.nextHop(from) ?? lab.underlay.gatewayA), destination: lab.macs.dut.U }),
    ipv4({ source: from, destination: lab.n1.ipv4 }),
    icmpv4EchoRequest({ identifier: IDENTIFIER, sequence, data }),
  );
  const title = `ICMPv4 echo request from ${from.toString()} with ${String(data.length)} bytes`;
  return { stimulus: t.raw('U', title, frame, mark), from, sequence, data };
};

const judgeReply = (t: TestContext, { stimulus, from, sequence, data }: Echo, frame: SeenFrame): void => {
  const header = findLayer(frame.decoded, 'ipv4')?.header;
  const icmp = findLayer(frame.decoded, 'icmpv4');
  const options = { frame };
  const about = `(${stimulus.title})`;
  t.expectEqual(`port of the reply ${about}`, frame.port, 'U', options);
  t.expectEqual(`source of the reply ${about}`, header?.source.toString() ?? 'none', t.lab.n1.ipv4.toString(), options);
  t.expectEqual(
    `destination of the reply ${about}`,
    header?.destination.toString() ?? 'none',
    from.toString(),
    options,
  );
  t.expectEqual(`ICMPv4 type ${about}`, icmp?.header.type ?? -1, ICMPV4_TYPE.ECHO_REPLY, options);
  t.expectEqual(`ICMPv4 checksum ${about}`, icmp?.checksum ?? 'none', 'good', options);
  t.expectEqual(`identifier ${about}`, icmp?.header.identifier ?? -1, IDENTIFIER, options);
  t.expectEqual(`sequence ${about}`, icmp?.header.sequence ?? -1, sequence, options);
  const isSame = icmp !== undefined && equalBytes(icmp.header.body, data);
  t.expectEqual(`the data as sent ${about}:`, isSame, true, options);
};

// RFC 4213 section 3.4 speaks of errors about tunnel packets: everything else in ICMPv4 is as on a node without a tunnel. Echo requests are answered, and
// errors about other packets of the node stay without effect on pods.
icmp4.case('icmp4.unrelated-unaffected', { notFor: withoutOuterIpv4 }, async (t) => {
  const { lab } = t;
  const echoes = [lab.n2.ipv4, lab.n3.ipv4, lab.underlay.gatewayA].flatMap((from, index) =>
    [0, 56, 1400].map((lengthBytes, step) => echoFrom(t, from, 3 * index + step, lengthBytes)),
  );
  const ends = { source: lab.n1.ipv4, destination: lab.n2.ipv4 };
  const foreign = [
    {
      about: 'a UDP datagram',
      layer: udp({ sourcePort: 40_000, destinationPort: DNS_PORT }),
      protocol: PROTOCOL.UDP,
      code: 3,
    },
    {
      about: 'a TCP segment',
      layer: tcp({ sourcePort: 40_000, destinationPort: DNS_PORT }),
      protocol: PROTOCOL.TCP,
      code: 1,
    },
  ].map(({ about, layer, protocol, code }) => {
    const mark = t.mark();
    const bytes = build(ipv4({ ...ends, protocol }), layer, payload(t.tag(mark)));
    return message(t, about, { type: ICMPV4_TYPE.DESTINATION_UNREACHABLE, code }, { bytes, mark });
  });
  const controls = [named(t.fromPod(), 'pod packet to N2'), named(t.fromTunnel(), 'tunnel packet from N2')] as const;
  const seen = await t.exchange(...echoes.map(({ stimulus }) => stimulus), ...foreign, ...controls);
  for (const echo of echoes) {
    const frames = seen.of(echo.stimulus);
    t.expectEqual(`echo replies (${echo.stimulus.title}):`, frames.length, 1);
    for (const frame of frames) judgeReply(t, echo, frame);
  }
  for (const error of foreign) t.expectNothing(seen, error);
  t.expectTunnelled(seen, controls[0]);
  t.expectDelivered(seen, controls[1]);
});
