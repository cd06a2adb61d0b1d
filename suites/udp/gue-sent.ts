import type { Profile } from '../../harness/profile/index.ts';
import type { Stimulus, TestContext } from '../../harness/tester/context.ts';
import { expectForwardedUnchanged } from '../decap/judging.ts';
import { echoLayers, named } from '../decap/vectors.ts';
import { udpArea } from './area.ts';
import { anotherPort, judgeSent } from './framing.ts';

/** Variant 0, data, no extension words, protocol 41, no flags. */
const PLAIN_IPV6 = Uint8Array.of(0x00, 0x29, 0x00, 0x00);
const DIRECT = new Uint8Array(0);

const received = (t: TestContext, gue: 'variant-1' | Record<string, never>): Stimulus[] => {
  const what = gue === 'variant-1' ? 'with IPv6 directly behind UDP' : 'with GUE header 00 29 00 00';
  return [40, 41, 140, 1280, t.tunnelMtuBytes].map((lengthBytes) =>
    named(t.fromTunnel({ lengthBytes }, { gue }), `tunnel packet of ${String(lengthBytes)} inner bytes ${what}`),
  );
};

/** What is received does not depend on what is sent: both variants are told apart by their first bits. */
const judgeReceived = async (t: TestContext, gue: 'variant-1' | Record<string, never>): Promise<void> => {
  const stimuli = received(t, gue);
  const echo = named(
    t.fromTunnel({ destination: t.lab.overlayAddress, layers: echoLayers() }, { gue }),
    `echo request to the DUT ${gue === 'variant-1' ? 'directly behind UDP' : 'behind a GUE header'}`,
  );
  const seen = await t.exchange(...stimuli, echo);
  for (const stimulus of stimuli) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered !== undefined) expectForwardedUnchanged(t, delivered, stimulus);
  }
  t.expectTunnelled(seen, echo, { outerDestination: t.lab.n2.ipv4 });
};

const sendsVariant1 = ({ switches }: Profile): string | undefined =>
  switches.gueVariant === '1' ? 'gueVariant=1: no header is sent' : undefined;

// draft-ietf-intarea-gue-09 section 3: 2 bits of variant, the C bit, 5 bits of length in words behind the first, the protocol, and 16
// flags. Plain IPv6 is 00 29 00 00, in both directions, between UDP and the inner header.
udpArea.case('udp.gue-variant-0', { notFor: sendsVariant1 }, async (t) => {
  await judgeSent(t, PLAIN_IPV6);
  await judgeReceived(t, {});
});

// The port is configuration; 6080 is the one that is registered.
udpArea.case('udp.gue-variant-0', { variant: 'another-port', notFor: sendsVariant1 }, async (t) => {
  await t.restart({ profileText: `${t.profile.text},encap=gue:${String(anotherPort(t))}` });
  await judgeSent(t, PLAIN_IPV6);
  await judgeReceived(t, {});
});

// draft-ietf-intarea-gue-09 section 4: a first byte that begins with 01 is that of an IP packet itself, IPv6 where the first four bits
// are 6. It is taken without having been configured.
udpArea.case('udp.gue-variant-1', (t) => judgeReceived(t, 'variant-1'));

// A node that sends variant 1 sends IPv6 directly behind UDP, and still takes both.
udpArea.case('udp.gue-variant-1', { variant: 'sent', setup: { switches: { gueVariant: '1' } } }, async (t) => {
  await judgeSent(t, DIRECT);
  await judgeReceived(t, 'variant-1');
  await judgeReceived(t, {});
});
