import { Ipv6Address } from '../../harness/address/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { decap } from './area.ts';
import { expectDroppedBeside } from './judging.ts';
import { anybodyMaySendOutside, echoLayers, embedsNothing, named, words } from './vectors.ts';

/** First, last and telling addresses of ::/16, fe80::/10, fec0::/10 and ff00::/8. */
const FORBIDDEN_6TO4 = words(
  ':: ::1 ::2 ::192.0.2.1 ::ffff:192.0.2.1 0:1::1 0:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe80:: fe80::1 febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fec0:: fec0::1 feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'ff00:: ff01::1 ff02::1 ff02::2 ff05::2 ff0e::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
);

// RFC 3964 section 5.3.2: in 6to4 neither inner address is in ::/16, fe80::/10, fec0::/10 or ff00::/8. Such a packet reaches neither
// a pod nor the DUT's own stack.
decap.case('decap.6to4-forbidden-inner', async (t) => {
  const { lab } = t;
  const stimuli = FORBIDDEN_6TO4.map((text) => Ipv6Address.parse(text)).flatMap((address) => [
    named(t.fromTunnel({ source: address }), `tunnel packet with inner source ${address.toString()}`),
    named(t.fromTunnel({ destination: address }), `tunnel packet with inner destination ${address.toString()}`),
    named(
      t.fromTunnel({ destination: address, layers: echoLayers() }),
      `echo request through the tunnel to ${address.toString()}`,
    ),
  ]);
  // The link-local router on P is there: a DUT that forwards to it would find it.
  const onLink = named(
    t.fromTunnel({ destination: lab.native.router }),
    `tunnel packet with inner destination ${lab.native.router.toString()}`,
  );
  await expectDroppedBeside(
    t,
    [named(t.fromTunnel(), 'tunnel packet with global inner addresses')],
    [...stimuli, onLink],
  );
});

// RFC 3964 section 5.3.2 and RFC 4291 section 2.7: a multipoint overlay has no groups. What arrives for one through the tunnel is not
// flooded to the pods.
decap.case('decap.inner-multicast-destination', { notFor: embedsNothing }, async (t) => {
  const groups = ['ff01::1', 'ff02::1', 'ff02::2', 'ff02::1:ff00:10', 'ff05::2', 'ff08::1', 'ff0e::1', 'ff3e::4321'];
  const stimuli = groups.map((group) =>
    named(t.fromTunnel({ destination: Ipv6Address.parse(group) }), `tunnel packet with inner destination ${group}`),
  );
  await expectDroppedBeside(t, [named(t.fromTunnel(), 'tunnel packet to a pod')], stimuli);
});

/** Sources that can never be right: multicast, loopback, IPv4-compatible and IPv4-mapped. `::` has a use and is not among them. */
const INVALID_SOURCES = words(
  'ff02::1 ff0e::1 ff00:: ::1 ::192.0.2.1 ::10.0.0.2 ::2 ::255.255.255.255',
  '::ffff:192.0.2.1 ::ffff:1.2.3.4 ::ffff:127.0.0.1 ::ffff:10.0.0.2 ::ffff:0.0.0.0',
);

const judgeInvalidSources = async (t: TestContext, from = t.lab.n2.ipv4, who = 'N2'): Promise<void> => {
  const vectors = (text: string): Stimulus[] => {
    const source = Ipv6Address.parse(text);
    const what = `from ${who} with inner source ${text}`;
    return [
      named(t.fromTunnel({ source }, { from }), `tunnel packet ${what}`),
      named(
        t.fromTunnel({ source, destination: t.lab.overlayAddress, layers: echoLayers() }, { from }),
        `echo request to the DUT's overlay address ${what}`,
      ),
    ];
  };
  await expectDroppedBeside(
    t,
    [named(t.fromTunnel(), 'tunnel packet with a valid inner source')],
    INVALID_SOURCES.flatMap(vectors),
  );
};

// RFC 4213 sections 3.6 and 5: inner sources in ff00::/8, ::/96 (`::` apart, `::1` included) and ::ffff:0:0/96 are discarded in silence;
// behind them hide addresses that pass for local ones in the filters of a dual stack.
decap.case('decap.invalid-inner-source', (t) => judgeInvalidSources(t));

// Where only the border relay may send sources from outside the domain, it is the one to forge them with.
decap.case(
  'decap.invalid-inner-source',
  { variant: 'from-relay', setup: { switches: { relay: 'configured' } }, notFor: anybodyMaySendOutside },
  (t) => judgeInvalidSources(t, t.lab.underlay.relay, 'the configured relay'),
);
