/** What stands between the outer IP header and the inner packet, as sent and as seen. */
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { GRE, greHeaderLengthBytes, greProtocolType } from '../packet/gre.ts';
import { GUE, gueHeaderLengthBytes, gueProtocol, gueVariant } from '../packet/gue.ts';
import type { Layer } from '../packet/layer.ts';
import { gre } from '../packet/layers/gre.ts';
import { gue } from '../packet/layers/gue.ts';
import { udp } from '../packet/layers/udp.ts';
import { PROTOCOL } from '../packet/protocol-numbers.ts';
import { UDP, udpDestinationPort } from '../packet/udp.ts';
import type { Profile } from '../profile/index.ts';
import type { TunnelStimulusFields } from './context.ts';

/** Source port of what the tester encapsulates in UDP. */
const OUTER_UDP_SOURCE_PORT = 50041;

export const framingLayers = (profile: Profile, fields: TunnelStimulusFields): Layer[] => {
  const { encapsulation, switches } = profile;
  switch (encapsulation.kind) {
    case 'protocol-41':
      return [];
    case 'fou':
      return [udpLayer(profile, encapsulation.port, fields)];
    case 'gue': {
      const header = fields.gue ?? (switches.gueVariant === '1' ? 'variant-1' : {});
      const layers = [udpLayer(profile, encapsulation.port, fields)];
      // draft-ietf-intarea-gue-09 section 4: variant 1 has no header of its own.
      return header === 'variant-1' ? layers : [...layers, gue(header)];
    }
    case 'gre':
      return [gre(fields.gre)];
  }
};

/** RFC 8200 section 8.1: over IPv6 a UDP checksum is not optional, unless a port is configured so. */
const udpLayer = ({ switches }: Profile, port: number, fields: TunnelStimulusFields): Layer =>
  udp({
    sourcePort: OUTER_UDP_SOURCE_PORT,
    destinationPort: port,
    ...(switches.outerFamily === 'ipv4' ? { checksum: 0 } : {}),
    ...fields.udp,
  });

/** The inner packet in the payload of an outer packet; undefined when it is no tunnel packet of the profile. */
export const innerOf = (payload: Uint8Array, protocol: number, profile: Profile): Uint8Array | undefined => {
  // Bare protocol 41 is a tunnel packet in every overlay: whether it ought to be one is for the cases to say.
  if (protocol === PROTOCOL.IPV6) return payload;
  const { encapsulation } = profile;
  if (encapsulation.kind === 'gre') return protocol === PROTOCOL.GRE ? behindGre(payload) : undefined;
  if (encapsulation.kind === 'protocol-41' || protocol !== PROTOCOL.UDP) return undefined;
  if (payload.length < UDP.HEADER_LENGTH || udpDestinationPort(payload, 0) !== encapsulation.port) return undefined;
  const behindUdp = payload.subarray(UDP.HEADER_LENGTH);
  return encapsulation.kind === 'gue' ? behindGue(behindUdp) : behindUdp;
};

const behindGre = (payload: Uint8Array): Uint8Array | undefined => {
  if (payload.length < GRE.MINIMUM_HEADER_LENGTH || greProtocolType(payload, 0) !== ETHER_TYPE.IPV6) return undefined;
  return payload.subarray(greHeaderLengthBytes(payload, 0));
};

const behindGue = (payload: Uint8Array): Uint8Array | undefined => {
  if (payload.length < GUE.MINIMUM_HEADER_LENGTH || gueVariant(payload, 0) !== 0) return payload;
  return gueProtocol(payload, 0) === PROTOCOL.IPV6 ? payload.subarray(gueHeaderLengthBytes(payload, 0)) : undefined;
};

/**
 * Where an IPv6 packet inside a payload of this protocol would start, whatever the profile; -1 for a protocol that carries none.
 * Only the bytes there say whether it is one.
 */
export const mayCarryIpv6At = (bytes: Uint8Array, at: number, protocol: number): number => {
  if (protocol === PROTOCOL.IPV6) return at;
  if (protocol === PROTOCOL.GRE && at + GRE.MINIMUM_HEADER_LENGTH <= bytes.length)
    return at + greHeaderLengthBytes(bytes, at);
  if (protocol !== PROTOCOL.UDP) return -1;
  const behindUdp = at + UDP.HEADER_LENGTH;
  const isGue =
    behindUdp + GUE.MINIMUM_HEADER_LENGTH <= bytes.length &&
    gueVariant(bytes, behindUdp) === 0 &&
    gueProtocol(bytes, behindUdp) === PROTOCOL.IPV6;
  return isGue ? behindUdp + gueHeaderLengthBytes(bytes, behindUdp) : behindUdp;
};
