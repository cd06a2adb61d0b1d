import type { SetupChanges, TestContext } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import { expectCarried } from './vectors.ts';

const anycast = (mtuMode: 'static' | 'dynamic'): SetupChanges => ({ switches: { brAddress: 'anycast', mtuMode } });

/** From the native side of the relay to pods of its domain, in sizes up to the tunnel MTU. */
const judge = async (t: TestContext): Promise<void> => {
  const { lab } = t;
  const sizes = [...new Set([60, 576, 1279, 1280, t.tunnelMtuBytes])];
  const stimuli = [lab.n2, lab.n3].flatMap((node) =>
    sizes.map((lengthBytes) => ({
      ...t.fromPod({ source: lab.outsidePrefix.at(5), destination: node.pod(), lengthBytes }),
      title: `packet of ${String(lengthBytes)} bytes from the Internet to ${node.ipv4.toString()}`,
    })),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) expectCarried(t, seen, stimulus, { dontFragment: true, outerPackets: 1 });
};

// RFC 5969 section 9.1: relays that share an anycast address could send fragments with the same Identification to one node at the
// same time, so a relay with an anycast source sets DF, whatever its tunnel MTU mode is.
mtu.case('mtu.br-anycast-df', { setup: anycast('static') }, judge);
mtu.case('mtu.br-anycast-df', { variant: 'dynamic', setup: anycast('dynamic') }, judge);
