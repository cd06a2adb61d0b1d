import { mappingText } from './mapping-text.ts';
import type { Profile } from './profile.ts';

/** Why a mapping, its encapsulation and its switches do not go together; undefined when they do. */
export const impossibility = ({
  mapping,
  encapsulation,
  switches,
}: Pick<Profile, 'mapping' | 'encapsulation' | 'switches'>): string | undefined => {
  const head = mappingText(mapping);
  if (encapsulation.kind === 'gre' && mapping.kind !== '6in4')
    return `expected encap=gre with the mapping 6in4, which configures both ends, found it with ${head}`;
  if (mapping.kind === 'isatap' && encapsulation.kind !== 'protocol-41')
    return `expected ISATAP in protocol 41 (RFC 5214 section 7.2), found it in ${encapsulation.kind}`;
  const outerFamily = mapping.kind === 'ip6ip6' ? 'ipv6' : 'ipv4';
  if (switches.outerFamily !== outerFamily)
    return `expected outerFamily=${outerFamily} with ${head}, found ${switches.outerFamily}; only the mapping ip6ip6 has IPv6 endpoints, the others embed or configure IPv4 addresses`;
  if (switches.encapLimit !== 'off' && mapping.kind !== 'ip6ip6')
    return `expected encapLimit=off with ${head}; the option belongs to an outer IPv6 header (mapping ip6ip6)`;
  if (switches.brAddress === 'anycast' && !(mapping.kind === '6rd' && mapping.role === 'br'))
    return `expected brAddress=unicast with ${head}; only a border relay (6rd-br) sends from an anycast address`;
  if (switches.podSource === 'node-prefix' && mapping.kind === '6rd' && mapping.role === 'br')
    return `expected podSource=any with ${head}; what a border relay sends into the domain comes from native sources (RFC 5969 section 8)`;
  return undefined;
};
