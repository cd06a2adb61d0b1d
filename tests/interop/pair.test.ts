import { describe } from '../../harness/packet/describe.ts';
import { SideError } from '../../harness/interop/pair.ts';
import { SIDES, type InteropFinding, type Side } from '../../harness/interop/result.ts';
import { otherSide } from '../../harness/interop/links.ts';
import { assert, suite } from '../support/suite.ts';
import { deadNode, play } from './support.ts';

const test = suite('interop/pair', { timeoutMs: 60_000 });

const failedTraffic = (outcome: Awaited<ReturnType<typeof play>>): string[] =>
  outcome.traffic
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ kind, direction, detail }) => `${kind} ${direction}: ${detail}`);

for (const profile of ['overlay', '6to4', '6in4', 'fou', 'gue', 'gre', 'isatap']) {
  test(`two references understand each other under ${profile}, and nothing is wrong on any link`, async () => {
    const outcome = await play({ profile });
    assert.equal(outcome.findings, []);
    assert.equal(outcome.doubts, []);
    assert.equal(failedTraffic(outcome), []);
    assert.equal(
      outcome.traffic.map(({ kind, direction }) => `${kind} ${direction}`),
      ['ping', 'udp', 'tcp', 'path-mtu'].flatMap((kind) => [`${kind} n1-to-n2`, `${kind} n2-to-n1`]),
    );
    // On each of the four links thousands of frames have passed both ways.
    for (const side of SIDES)
      for (const port of ['P', 'U'])
        for (const direction of ['inbound', 'outbound'])
          assert.ok(
            outcome.links.frames.filter(
              (frame) => frame.side === side && frame.port === port && frame.direction === direction,
            ).length > 500,
            `${side} ${port} ${direction}`,
          );
  });
}

/** A defect, the clause that it breaks, and whether it breaks it where packets go into the tunnel or where they come out. */
const FAULTS: readonly (readonly [fault: string, requirement: string, role: InteropFinding['role']])[] = [
  ['no-decap', 'decap.basic', 'decapsulator'],
  ['decap-loses-1-in-83', 'decap.basic', 'decapsulator'],
  ['decap-no-dec', 'hop-limit.decap-decrement', 'decapsulator'],
  ['hl-dec2', 'hop-limit.encap-decrement', 'encapsulator'],
  ['addr-off-by-16', 'address.6rd-embedded-bits', 'encapsulator'],
  ['csum-zero', 'encap.header-checksum', 'encapsulator'],
  ['len-forgets-v6hdr', 'encap.total-length', 'encapsulator'],
  ['src-secondary', 'encap.source-address', 'encapsulator'],
  ['arp-for-inner', 'encap.exactly-once', 'encapsulator'],
  ['icmp-3-4-ignored', 'mtu.learn-from-icmpv4', 'encapsulator'],
  ['off-by-one', 'mtu.packet-too-big-boundary', 'encapsulator'],
  ['ptb-quotes-outer', 'mtu.packet-too-big-format', 'encapsulator'],
];

for (const [fault, requirement, role] of FAULTS) {
  for (const side of SIDES) {
    test(`${fault} on ${side} is held against it as ${role}, with its clause, and not against the other side`, async () => {
      const { findings } = await play({ [side]: [fault] });
      assert.equal(
        findings.filter((finding) => finding.side !== side).map(({ requirement: id }) => id),
        [],
      );
      const finding = findings.find((each) => each.requirement === requirement);
      assert.ok(finding !== undefined, `found ${findings.map(({ requirement: id }) => id).join(' ')}`);
      assert.is(finding?.role, role);
      assert.is(finding?.end, side === 'n1' ? 'first' : 'second');
      const sender = role === 'encapsulator' ? side : otherSide(side);
      assert.is(finding?.direction, sender === 'n1' ? 'n1-to-n2' : 'n2-to-n1');
      assert.is(finding?.expectation.unexpected, true);
      assert.ok(finding?.frameNumber !== undefined && finding.expected.length > 0 && finding.actual !== '');
    });
  }
}

test('a lost packet that was wrong already is not held against who lost it', async () => {
  const { findings, doubts } = await play({ n1: ['len-forgets-v6hdr'] });
  assert.equal([...new Set(findings.map(({ side }) => side))], ['n1']);
  assert.match(doubts.join('\n'), /tunnel packets did not come out of second once, and are not held against it/);
});

for (const fault of ['dup', 'id-constant']) {
  test(`what ${fault} does to fragments of the network is not held against who puts them together`, async () => {
    const { findings } = await play({ profile: '6to4', n1: [fault] });
    assert.equal([...new Set(findings.map(({ side }) => side))], ['n1']);
  });
}

test('both sides at fault are each blamed for their own part', async () => {
  const { findings } = await play({ n1: ['hl-dec2'], n2: ['decap-no-dec'] });
  const blamed = (side: Side): string[] =>
    findings.filter((finding) => finding.side === side).map(({ requirement }) => requirement);
  assert.equal(blamed('n1'), ['hop-limit.encap-decrement']);
  assert.equal(blamed('n2'), ['hop-limit.decap-decrement']);
});

for (const from of SIDES) {
  test(`a path of ${from} that becomes narrower is answered with ICMPv4 and learned, and the transfer goes on`, async () => {
    const { links, traffic } = await play();
    const direction = from === 'n1' ? 'n1-to-n2' : 'n2-to-n1';
    const said = traffic.find((each) => each.kind === 'path-mtu' && each.direction === direction);
    assert.is(said?.verdict, 'pass');
    assert.match(said?.detail ?? '', /^path MTU 1400: 196608 bytes by TCP, sha256 good, segments of 1320/);
    const text = (port: string, way: string): string[] =>
      links.frames
        .filter((frame) => frame.side === from && frame.port === port && frame.direction === way)
        .map(({ bytes }) => describe(bytes, 'ethernet'));
    assert.ok(text('U', 'inbound').some((line) => line.includes('Fragmentation Needed') || line.includes('mtu 1400')));
    assert.ok(text('P', 'outbound').some((line) => line.includes('Packet Too Big mtu 1380')));
  });
}

test('where the outer packets may be fragmented, the network does it, and the other node puts them together', async () => {
  const { links, findings, traffic } = await play({ profile: '6to4' });
  const fragments = links.frames.filter(
    ({ side, port, direction, bytes }) =>
      side === 'n2' && port === 'U' && direction === 'inbound' && describe(bytes, 'ethernet').includes(' MF '),
  );
  assert.ok(fragments.length > 50, String(fragments.length));
  assert.equal(findings, []);
  assert.ok(traffic.every(({ verdict }) => verdict === 'pass'));
});

for (const side of SIDES) {
  test(`a dead target as ${side} is said to be silent, and whoever talks to it is not blamed`, async () => {
    const outcome = await play({ [side]: deadNode() });
    assert.equal(outcome.silent, [side]);
    assert.equal(
      outcome.findings.filter((finding) => finding.side !== side),
      [],
    );
    assert.ok(outcome.traffic.every(({ kind, verdict }) => kind === 'ping' && verdict === 'fail'));
  });
}

test('a node that dies in the middle ends the pair, with its name', async () => {
  let die = (_reason: Error): void => undefined;
  const dying = deadNode((fail) => {
    die = fail;
  });
  let steps = 0;
  const onStep = (): void => {
    steps += 1;
    if (steps === 2) die(new Error('it fell over'));
  };
  await assert.rejects(play({ n2: dying, changes: { onStep } }), (error: unknown) => {
    assert.ok(error instanceof SideError);
    return error instanceof SideError && error.side === 'n2' && error.message === 'second: it fell over';
  });
});

test('an interrupted pair ends at once, with the reason of the signal', async () => {
  const controller = new AbortController();
  const onStep = (step: string): void => {
    if (step.startsWith('udp')) controller.abort(new Error('enough'));
  };
  await assert.rejects(play({ changes: { signal: controller.signal, onStep } }), /^enough$/);
});

test.run();
