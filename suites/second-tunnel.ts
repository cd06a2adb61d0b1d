import type { Profile } from '../harness/profile/index.ts';
import type { SetupChanges } from '../harness/tester/context.ts';

/** A 6rd domain that embeds whole IPv4 addresses, so that it fits beside any other mechanism. */
export const OTHER_DOMAIN = '6rd:fd5b::/32+0.0.0.0/0';

const isConfigured = ({ mapping }: Profile): boolean => mapping.kind === '6in4';

/** A configured tunnel beside an automatic one, or an automatic one beside a configured one. */
export const otherKind = (profile: Profile): Pick<SetupChanges, 'secondTunnel'> => ({
  secondTunnel: isConfigured(profile) ? OTHER_DOMAIN : '6in4',
});

/** Another automatic tunnel beside an automatic one; 6to4 takes any IPv4 address as it comes. */
export const otherMechanism = ({ mapping }: Profile): Pick<SetupChanges, 'secondTunnel'> => ({
  secondTunnel: mapping.kind === '6to4' ? OTHER_DOMAIN : '6to4,privateV4=allow,mtu=dynamic',
});
