import { PROTOCOL, type Ipv4Header } from '../../harness/packet/index.ts';
import { embedsNothing } from '../decap/vectors.ts';
import { CHOSEN_IDENTIFICATIONS } from '../../harness/tester/chosen-identifications.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { fragment } from './area.ts';
import { expectIntact, named } from './vectors.ts';
import { needsIpv4Reassembly } from '../outer-family.ts';

/** What a fragment of another packet differs in. */
interface Foreign {
  readonly what: string;
  readonly outer: Partial<Ipv4Header>;
}

const { keyed: IDENTIFICATIONS, ofTwoSenders: SHARED_IDENTIFICATION } = CHOSEN_IDENTIFICATIONS;
const [OWN_IDENTIFICATION] = IDENTIFICATIONS;

const foreigners = (t: TestContext): Foreign[] => {
  const { lab, profile } = t;
  const otherProtocol = profile.encapsulation.kind === 'protocol-41' ? PROTOCOL.UDP : PROTOCOL.IPV6;
  // The addresses of a pair may differ in a part that a key leaves out.
  const nearby = lab.underlay.gatewayA;
  return [
    { what: `source ${lab.n3.ipv4.toString()}`, outer: { source: lab.n3.ipv4 } },
    { what: `source ${nearby.toString()}`, outer: { source: nearby } },
    { what: 'the second address of the DUT as destination', outer: { destination: lab.underlay.dutSecondary } },
    { what: `protocol ${String(otherProtocol)}`, outer: { protocol: otherProtocol } },
    ...IDENTIFICATIONS.slice(1).map((identification) => ({
      what: `Identification 0x${identification.toString(16)}`,
      outer: { identification },
    })),
  ];
};

// RFC 791 section 3.2, RFC 4213 section 3.6: fragments belong together when source, destination, protocol and Identification are all
// the same. One that differs in any of them is never put together with the others; with its own ones it still is.
fragment.case('fragment.reassembly-key', { notFor: needsIpv4Reassembly }, async (t) => {
  for (const { what, outer } of foreigners(t)) {
    for (const order of ['behind', 'ahead of'] as const) {
      const title = `tunnel packet of which one fragment has another ${what}, ${order} the first one`;
      const whole = named(t.fromTunnel({ lengthBytes: 400 }, { outer: { identification: OWN_IDENTIFICATION } }), title);
      const first = t.fragmentOf(whole, { offsetBytes: 0, lengthBytes: 200 });
      const foreign = t.fragmentOf(whole, { offsetBytes: 200, outer });
      const seen = await t.exchange(...(order === 'behind' ? [first, foreign] : [foreign, first]));
      t.expectNothing(seen, whole);
      // The fragment that does belong to it completes the packet.
      const last = t.fragmentOf(whole, { offsetBytes: 200 });
      expectIntact(t, await t.exchange(last), whole);
    }
  }
});

// The same the other way round: two senders may choose the same Identification, and both are served.
fragment.case('fragment.reassembly-key', { variant: 'two-senders', notFor: embedsNothing }, async (t) => {
  const { n2, n3 } = t.lab;
  const outer = { identification: SHARED_IDENTIFICATION };
  const wholes = [n2, n3].map((node) =>
    named(
      t.fromTunnel({ source: node.pod(), lengthBytes: 400 }, { from: node.ipv4, outer }),
      `tunnel packet from ${node.ipv4.toString()} with an Identification that another sender uses as well`,
    ),
  );
  const pieces = wholes.map((whole) => t.fragmentsOf(whole, [200]));
  const seen = await t.exchange(...[0, 1].flatMap((index) => pieces.flatMap((each) => each.slice(index, index + 1))));
  for (const whole of wholes) expectIntact(t, seen, whole);
});
