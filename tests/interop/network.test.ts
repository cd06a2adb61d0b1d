import { Network, type Fate } from '../../harness/interop/network.ts';
import type { LinkFrame } from '../../harness/interop/links.ts';
import type { Side } from '../../harness/interop/result.ts';
import { createLab, type Lab } from '../../harness/lab/index.ts';
import { build } from '../../harness/packet/build.ts';
import { describe } from '../../harness/packet/describe.ts';
import { payload } from '../../harness/packet/layer.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { ipv4, type Ipv4Fields } from '../../harness/packet/layers/ipv4.ts';
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { Ipv4Address } from '../../harness/address/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('interop/network');
const dut = (last: string): MacAddress => MacAddress.parse(`02:41:00:00:00:${last}`);
const dutMacs = { P: dut('01'), U: dut('02'), U2: dut('03') };
const lab = (dutIpv4?: Ipv4Address): Lab =>
  createLab(parseProfile('overlay'), { dutMacs, ...(dutIpv4 === undefined ? {} : { dutIpv4 }) });
const labs = { n1: lab(), n2: lab(Ipv4Address.parse('10.0.0.2')) };

/** Sends one frame of N1 into a network; says what became of it, and what came out where. */
const through = (
  fields: Ipv4Fields,
  bytes: number,
  options: { readonly mtu?: number; readonly mac?: string } = {},
): { readonly fate: Fate | undefined; readonly out: readonly string[] } => {
  const out: string[] = [];
  const network = new Network(labs, (side: Side, frame) => {
    out.push(`${side} ${describe(frame, 'ethernet')}`);
  });
  if (options.mtu !== undefined) network.setPathMtu('n1', options.mtu);
  const frame: LinkFrame = {
    number: 7,
    side: 'n1',
    port: 'U',
    direction: 'outbound',
    timestampNs: 0n,
    comments: [],
    bytes: build(
      ethernet({ source: dutMacs.U, destination: options.mac ?? '02:55:0a:00:00:02' }),
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 41, ...fields }),
      payload(new Uint8Array(bytes)),
    ),
  };
  network.receive(frame);
  return { fate: network.fates.get(7), out };
};

test('a packet goes on to the other node with one hop less, from the MAC address of its sender', () => {
  const { fate, out } = through({ ttl: 64 }, 100);
  assert.equal(fate, { kind: 'forwarded' });
  assert.is(out.length, 1);
  assert.match(
    out[0] ?? '',
    /^n2 Ethernet 02:55:0a:00:00:01 > 02:41:00:00:00:02 \| IPv4 10\.0\.0\.1 > 10\.0\.0\.2 ttl 63 /,
  );
  assert.match(out[0] ?? '', 'csum good');
});

test('one that is too big for the path is discarded and answered, where it has DF', () => {
  const { fate, out } = through({ dontFragment: true }, 1400, { mtu: 1400 });
  assert.equal(fate, { kind: 'too-big', from: 'n1', lengthBytes: 1420, pathMtuBytes: 1400 });
  assert.is(out.length, 1);
  assert.match(out[0] ?? '', /^n1 Ethernet .* > 02:41:00:00:00:02 \| IPv4 10\.0\.0\.251 > 10\.0\.0\.1 .*1400/);
});

test('one that fits exactly goes on', () => {
  assert.equal(through({ dontFragment: true }, 1380, { mtu: 1400 }).fate, { kind: 'forwarded' });
});

test('without DF it goes on in fragments, none of which is longer than the path takes', () => {
  const { fate, out } = through({}, 1400, { mtu: 1000 });
  assert.equal(fate, { kind: 'forwarded' });
  assert.is(out.length, 2);
  assert.match(out[0] ?? '', /len 996 .*csum good/);
  assert.match(out[0] ?? '', /MF/);
  assert.match(out[1] ?? '', /len 444 .*csum good/);
});

test('an ICMPv4 error is not answered with another one', () => {
  assert.equal(through({ protocol: 1, dontFragment: true }, 1400, { mtu: 1400 }).out, []);
});

test('what is not for the other node, or no packet that a router forwards, is discarded with the reason', () => {
  const reasonOf = (fields: Ipv4Fields): string => {
    const { fate, out } = through(fields, 100);
    assert.equal(out, []);
    return fate?.kind === 'dropped' ? fate.reason : String(fate?.kind);
  };
  assert.is(reasonOf({ destination: '10.0.0.9' }), 'nobody has 10.0.0.9');
  assert.is(reasonOf({ ttl: 1 }), 'a TTL of 1');
  assert.is(reasonOf({ headerChecksum: 0 }), 'a wrong header checksum');
  assert.match(reasonOf({ totalLength: 4000 }), /^a Total Length of 4000 in a frame of /);
});

test('a frame to somebody else than the next hop is told as such', () => {
  const { fate, out } = through({}, 100, { mac: '02:55:0a:00:00:07' });
  assert.equal(fate, { kind: 'misdirected', from: 'n1', mac: '02:55:0a:00:00:07', nextHopMac: '02:55:0a:00:00:02' });
  assert.equal(out, []);
});

test('the second node of a configured tunnel has the prefix of N2, and takes the first one for its peer', () => {
  const profile = parseProfile('6in4');
  const first = createLab(profile, { dutMacs });
  const second = createLab(profile, { dutMacs, dutIpv4: first.underlay.n2 });
  assert.is(second.n1.nodePrefix.toString(), first.n2.nodePrefix.toString());
  assert.is(second.n2.nodePrefix.toString(), first.n1.nodePrefix.toString());
  assert.is(second.underlay.n2.toString(), first.underlay.dut.toString());
  assert.is(second.n1.pod(3).toString(), first.n2.pod(3).toString());
});

test.run();
