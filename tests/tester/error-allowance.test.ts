import { build } from '../../harness/packet/build.ts';
import { payload } from '../../harness/packet/layer.ts';
import { ethernet } from '../../harness/packet/layers/ethernet.ts';
import { icmpv4Error } from '../../harness/packet/layers/icmpv4.ts';
import { icmpv6Error } from '../../harness/packet/layers/icmpv6.ts';
import { ipv4 } from '../../harness/packet/layers/ipv4.ts';
import { ipv6 } from '../../harness/packet/layers/ipv6.ts';
import { udp } from '../../harness/packet/layers/udp.ts';
import { ERROR_BURST, ErrorAllowance, FRAMES_WITHIN_BURST, RECOVERY_MS } from '../../harness/tester/error-allowance.ts';
import type { Stimulus } from '../../harness/tester/context.ts';
import { VirtualClock } from '../../harness/wire/virtual-clock.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('tester/error-allowance');

const POD = 'fd5a:1234:5600:1::10';
const PEER = 'fd5a:1234:5600:2::10';
const NODE = 'fd5a:1234:5600:1::1';

const packet = (source: string): Uint8Array =>
  build(ipv6({ source, destination: PEER }), udp(), payload(new Uint8Array(4)));
const stimulus = (frame: Uint8Array): Stimulus => ({
  port: 'P',
  frame,
  mark: 1,
  inner: new Uint8Array(0),
  title: 'packet',
});
const fromPod = stimulus(build(ethernet({ etherType: 0x86dd }), payload(packet(POD))));
const fromPeer = stimulus(build(ethernet({ etherType: 0x86dd }), payload(packet(PEER))));

const says = (allowance: ErrorAllowance, bytes: Uint8Array): void => {
  allowance.take({ number: 1, port: 'P', direction: 'outbound', timestampNs: 0n, bytes, comments: [] });
};
const errorTo = (destination: string, type = 3): Uint8Array =>
  build(ethernet(), ipv6({ source: NODE, destination }), icmpv6Error({ type, quoted: packet(destination) }));

const waited = async (clock: VirtualClock, action: () => Promise<void>): Promise<number> => {
  const startNs = clock.nowNs();
  await action();
  return Number((clock.nowNs() - startNs) / 1_000_000n);
};

test('who has got many errors waits until the node may send more; nobody else does', async () => {
  const clock = new VirtualClock();
  const allowance = new ErrorAllowance(clock);
  for (let count = 0; count < ERROR_BURST; count++) says(allowance, errorTo(POD));
  assert.ok(allowance.isSpent(fromPod));
  assert.not.ok(allowance.isSpent(fromPeer));
  assert.is(await waited(clock, () => allowance.refill([fromPeer], 'expected')), 0);
  const forOne = await waited(clock, () => allowance.refill([fromPod, fromPod], 'forbidden'));
  assert.ok(forOne >= 1000 && forOne < 1200, String(forOne));
  const forTwo = await waited(clock, () => allowance.refill([fromPod, fromPod], 'expected'));
  assert.ok(forTwo >= 1000 && forTwo < 1200, String(forTwo));
  assert.is(await waited(clock, () => allowance.refill([fromPod], 'expected')), 0);
});

test('after many frames the node is left alone until it may send errors to anybody again', async () => {
  const clock = new VirtualClock();
  const allowance = new ErrorAllowance(clock);
  const ask = (count: number): void => {
    const frame = { number: 1, port: 'P', direction: 'inbound', timestampNs: 0n, comments: [] } as const;
    for (let sent = 0; sent < count; sent++) allowance.take({ ...frame, comments: [], bytes: fromPeer.frame });
  };
  const forTwo = (): Promise<number> => waited(clock, () => allowance.refill([fromPod, fromPeer], 'forbidden'));
  assert.is(await forTwo(), 0);
  ask(FRAMES_WITHIN_BURST - 2);
  assert.is(await forTwo(), 0);
  ask(1);
  clock.advance(10);
  assert.is(await forTwo(), RECOVERY_MS - 10);
  ask(1);
  assert.is(await forTwo(), 0);
});

test('errors of IPv4 and those through a tunnel count, Packet Too Big does not', async () => {
  const clock = new VirtualClock();
  const allowance = new ErrorAllowance(clock);
  const outer = build(ipv4({ source: '10.0.0.2', destination: '10.0.0.1', protocol: 41 }), payload(packet(PEER)));
  const tunnelled = stimulus(build(ethernet({ etherType: 0x0800 }), payload(outer)));
  for (let count = 0; count < ERROR_BURST; count++) says(allowance, errorTo(PEER, 2));
  assert.not.ok(allowance.isSpent(tunnelled));
  const refusal = build(
    ethernet(),
    ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }),
    icmpv4Error({ type: 3, code: 3, quoted: outer }),
  );
  for (let count = 0; count < ERROR_BURST; count++) says(allowance, refusal);
  // What the node may say in ICMPv6 to the pod does not depend on what it has said in ICMPv4 to the pod's node.
  assert.not.ok(allowance.isSpent(tunnelled));
  assert.is(await waited(clock, () => allowance.refill([tunnelled], 'expected-icmpv6')), 0);
  assert.ok((await waited(clock, () => allowance.refill([tunnelled], 'expected'))) >= 1000);
  const inTunnel = build(ipv6({ source: NODE, destination: POD }), icmpv6Error({ type: 1, quoted: packet(POD) }));
  for (let count = 0; count < ERROR_BURST; count++)
    says(allowance, build(ethernet(), ipv4({ protocol: 41 }), payload(inTunnel)));
  assert.ok(allowance.isSpent(fromPod));
});

test.run();
