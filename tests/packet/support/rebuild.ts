/** The layers that a decoded packet would be built from, every field set to what was decoded. */
import {
  ah,
  arp,
  destinationOptions,
  esp,
  ethernet,
  fragmentHeader,
  gre,
  gue,
  hopByHopOptions,
  icmpv4,
  icmpv6,
  ipv4,
  ipv6,
  payload,
  routingHeader,
  tcp,
  trailer,
  udp,
  vlan,
  type Decoded,
  type DecodedLayer,
  type Layer,
} from '../../../harness/packet/index.ts';

export function layersOf({ bytes, layers, trailerOffset }: Decoded): readonly Layer[] {
  const rebuilt = layers.map(layerOf);
  return trailerOffset === undefined ? rebuilt : [...rebuilt, trailer(bytes.subarray(trailerOffset))];
}

function layerOf(layer: DecodedLayer): Layer {
  switch (layer.kind) {
    case 'ethernet':
      return ethernet(layer.header);
    case 'vlan':
      return vlan(layer.header);
    case 'arp':
      return arp(layer.header);
    case 'ipv4':
      return ipv4(layer.header);
    case 'ipv6':
      return ipv6(layer.header);
    case 'ipv6-hop-by-hop':
      return hopByHopOptions(layer.header);
    case 'ipv6-destination-options':
      return destinationOptions(layer.header);
    case 'ipv6-routing':
      return routingHeader(layer.header);
    case 'ipv6-fragment':
      return fragmentHeader(layer.header);
    case 'ah':
      return ah(layer.header);
    case 'esp':
      return esp(layer.header);
    case 'icmpv4':
      return icmpv4(layer.header);
    case 'icmpv6':
      return icmpv6(layer.header);
    case 'udp':
      return udp(layer.header);
    case 'tcp':
      return tcp(layer.header);
    case 'gre':
      return gre(layer.header);
    case 'gue':
      return gue(layer.header);
    case 'payload':
      return payload(layer.data);
  }
}
