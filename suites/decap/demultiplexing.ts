import { Ipv6Address } from '../../harness/address/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { otherKind } from '../second-tunnel.ts';
import { decap } from './area.ts';
import { named } from './vectors.ts';

/** 198.51.100.30 in 6to4 form: on a tunnel that is not 6to4 an address like any other. */
const SIX_TO_FOUR = Ipv6Address.parse('2002:c633:641e:1::10');

// RFC 4213 section 3 and RFC 3964 section 6.1: a configured and an automatic tunnel on one IPv4 address. What N2 sends belongs to
// the tunnel that is configured to it, all the rest to the automatic one, and each has its own checks and no others.
decap.case('decap.tunnel-demultiplexing', async (t) => {
  // Addresses of the one are foreign to the other.
  const { secondTunnel = '' } = otherKind(t.profile);
  await t.restart({
    secondTunnel: `${secondTunnel},foreignPrefixCheck=off,sourcePair=strict`,
    switches: { foreignPrefixCheck: 'off', sourcePair: 'strict' },
  });
  const { lab, secondLab } = t;
  const [configured, automatic] = lab.map === undefined ? [lab, secondLab] : [secondLab, lab];
  const { n2, n3 } = automatic;
  const accepted = [
    named(
      t.fromTunnel({ source: configured.n2.pod(), destination: configured.n1.pod() }),
      'tunnel packet from N2 with addresses of the configured tunnel',
    ),
    named(
      t.fromTunnel({ source: n2.pod(), destination: automatic.n1.pod() }),
      'tunnel packet from N2 with addresses of the automatic tunnel',
    ),
    named(
      t.fromTunnel({ source: n3.pod(), destination: automatic.n1.pod() }, { from: n3.ipv4 }),
      'tunnel packet from N3 with addresses of the automatic tunnel',
    ),
    ...fromElsewhere(t, configured.n1.pod()),
  ];
  const spoofed = named(
    t.fromTunnel({ source: n2.pod(), destination: automatic.n1.pod() }, { from: n3.ipv4 }),
    'tunnel packet from N3 with an inner source of N2 in the automatic tunnel',
  );
  const out = [
    { tunnel: configured, to: configured.n2 },
    { tunnel: automatic, to: automatic.n3 },
  ].map(({ tunnel, to }) => ({
    to,
    stimulus: named(
      t.fromPod({ source: tunnel.n1.pod(), destination: to.pod() }),
      `pod packet to ${to.pod().toString()} on ${to.ipv4.toString()}`,
    ),
  }));
  const seen = await t.exchange(...accepted, spoofed, ...out.map(({ stimulus }) => stimulus));
  for (const stimulus of accepted) t.expectDelivered(seen, stimulus);
  t.expectNothing(seen, spoofed);
  for (const { to, stimulus } of out) t.expectTunnelled(seen, stimulus, { outerDestination: to.ipv4 });
});

/** Through a configured tunnel anybody may send; beside 6to4 a 6to4 source is the other mechanism's, and says nothing here. */
const fromElsewhere = (t: TestContext, destination: Ipv6Address): Stimulus[] => {
  const sources =
    t.profile.mapping.kind === '6to4' ? [t.lab.outsidePrefix.at(9)] : [t.lab.outsidePrefix.at(9), SIX_TO_FOUR];
  return sources.map((source) =>
    named(t.fromTunnel({ source, destination }), `tunnel packet from N2 with the inner source ${source.toString()}`),
  );
};
