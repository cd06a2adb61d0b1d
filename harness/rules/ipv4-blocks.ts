/** Special IPv4 blocks, told apart by number: the hot-path form of what `harness/address/special-blocks.ts` lists. */

/** Blocks that no tunnel packet may ever be sent to, by name; undefined for a usable address. Takes a signed 32-bit number. */
export function unusableBlock(address: number): string | undefined {
  const first = address >>> 24;
  if (first === 0) return 'this network, 0.0.0.0/8';
  if (first === 127) return 'loopback, 127.0.0.0/8';
  if (address === -1) return 'the limited broadcast';
  if (first >= 240) return 'reserved, 240.0.0.0/4';
  return first >= 224 ? 'multicast, 224.0.0.0/4' : undefined;
}

/** 169.254.0.0/16 (RFC 3927). */
export function isLinkLocalIpv4(address: number): boolean {
  return address >>> 16 === 0xa9fe;
}

/** RFC 1918 section 3. */
export function isPrivateIpv4Number(address: number): boolean {
  return address >>> 24 === 10 || address >>> 20 === 0xac1 || address >>> 16 === 0xc0a8;
}
