/** EtherTypes (IEEE 802 numbers registry) that the codec knows. */
export const ETHER_TYPE = {
  IPV4: 0x0800,
  ARP: 0x0806,
  TRANSPARENT_ETHERNET_BRIDGING: 0x6558,
  VLAN: 0x8100,
  IPV6: 0x86dd,
  SERVICE_VLAN: 0x88a8,
} as const;

const NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [ETHER_TYPE.IPV4, 'IPv4'],
  [ETHER_TYPE.ARP, 'ARP'],
  [ETHER_TYPE.TRANSPARENT_ETHERNET_BRIDGING, 'Ethernet'],
  [ETHER_TYPE.VLAN, 'VLAN'],
  [ETHER_TYPE.IPV6, 'IPv6'],
  [ETHER_TYPE.SERVICE_VLAN, 'S-VLAN'],
]);

/** The name of an EtherType, or `0x` and four digits. */
export function etherTypeName(etherType: number): string {
  return NAMES.get(etherType) ?? `0x${etherType.toString(16).padStart(4, '0')}`;
}
