import { Ipv6Address } from '../../harness/address/index.ts';
import { tcp } from '../../harness/packet/index.ts';
import type { InnerFields, Stimulus } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { expectDroppedBeside } from './judging.ts';
import { ANY_INNER_SOURCE, echoLayers, named } from './vectors.ts';

// RFC 4213 section 3.6, RFC 3964 section 5.3.3: nobody on the other side of the tunnel has an address of this site. Under
// ingressFilter=on a packet that claims one is dropped, whoever its outer source claims to be.
decap.case('decap.own-prefix-source', { setup: { switches: { ingressFilter: 'on' } } }, async (t) => {
  const { n1, n2, unassignedPod } = t.lab;
  const senders = [
    [n2.ipv4, 'N2'],
    [n1.ipv4, "the DUT's own address"],
  ] as const;
  const sources = [n1.pod(1), unassignedPod, t.lab.overlayAddress];
  const stimuli = senders.flatMap(([from, who]) =>
    sources.map((source) =>
      named(
        // The frame comes from N2 in either case: a forged source does not come with the MAC address of the DUT.
        t.fromTunnel({ source }, { from, ethernetSource: t.lab.macOf(n2.ipv4) }),
        `tunnel packet from ${who} with the inner source ${source.toString()} of the DUT's own prefix`,
      ),
    ),
  );
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'tunnel packet with an inner source of N2')], stimuli);
});

const UNSPECIFIED = Ipv6Address.parse('::');

// RFC 4213 section 3.6 and RFC 4291 section 2.5.2: `::` may come out of a configured tunnel for duplicate address detection, but a
// router forwards no packet that has it for a source; 6to4 refuses it outright (RFC 3964 section 5.3.2).
decap.case('decap.unspecified-source', { setup: ANY_INNER_SOURCE }, async (t) => {
  const unspecified = (title: string, fields: InnerFields): Stimulus =>
    named(t.fromTunnel({ source: UNSPECIFIED, ...fields }), title);
  const stimuli = [
    unspecified('UDP from :: to a pod', {}),
    unspecified('TCP from :: to a pod', { layers: [tcp({ sourcePort: 41000, destinationPort: 41001 })] }),
    unspecified('an echo request from :: to a pod', { layers: echoLayers() }),
    unspecified('UDP from :: to a native host behind P', { destination: t.lab.native.host }),
  ];
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'tunnel packet with an inner source of N2')], stimuli);
});
