/** Captures of any size, made as they are read: an overlay of 50 nodes under the profile `overlay`, every packet right. */

export interface GeneratedCapture {
  readonly packets: number;
  /** Size of the inner packets, from 48. */
  readonly innerBytes: number;
  /** Whether DF is set. Without it every packet has an Identification of its own, which the rules have to remember. */
  readonly dontFragment: boolean;
  /** The UDP destination port of an overlay in UDP (FOU), without a checksum; protocol 41 unless given. */
  readonly udpPort?: number;
}

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const UDP_BYTES = 8;
const NODES = 50;
const PACKETS_PER_CHUNK = 10_000;
const PACKETS_PER_SECOND = 100_000;
const FIRST_NODE = 0x0a000001;
const DOMAIN = 0xfd5a1234;
const DOMAIN_REST = 0x56;

/** The capture as a classic pcap file, in chunks. A chunk is only good until the next one. */
export function* generateCapture(options: GeneratedCapture): Generator<Uint8Array, void, void> {
  const recordBytes = RECORD_HEADER_BYTES + ETHERNET_BYTES + outerBytes(options) + options.innerBytes;
  const header = new DataView(new ArrayBuffer(FILE_HEADER_BYTES));
  header.setUint32(0, 0xa1b2c3d4, true);
  header.setUint16(4, 2, true);
  header.setUint16(6, 4, true);
  header.setUint32(16, 262_144, true);
  header.setUint32(20, 1, true);
  yield new Uint8Array(header.buffer);
  const chunk = new Uint8Array(recordBytes * Math.min(PACKETS_PER_CHUNK, options.packets));
  const view = new DataView(chunk.buffer);
  for (let first = 0; first < options.packets; first += PACKETS_PER_CHUNK) {
    const count = Math.min(PACKETS_PER_CHUNK, options.packets - first);
    for (let index = 0; index < count; index++) writeRecord(view, index * recordBytes, first + index, options);
    yield chunk.subarray(0, count * recordBytes);
  }
}

const outerBytes = ({ udpPort }: GeneratedCapture): number => 20 + (udpPort === undefined ? 0 : UDP_BYTES);

function writeRecord(view: DataView, at: number, number: number, options: GeneratedCapture): void {
  const { innerBytes, dontFragment, udpPort } = options;
  const packetBytes = outerBytes(options) + innerBytes;
  const frameBytes = ETHERNET_BYTES + packetBytes;
  view.setUint32(at, 1_700_000_000 + Math.floor(number / PACKETS_PER_SECOND), true);
  view.setUint32(at + 4, (number % PACKETS_PER_SECOND) * 10, true);
  view.setUint32(at + 8, frameBytes, true);
  view.setUint32(at + 12, frameBytes, true);
  const frameAt = at + RECORD_HEADER_BYTES;
  const from = number % NODES;
  const to = (from + 1 + (number % (NODES - 1))) % NODES;
  view.setUint32(frameAt, 0x02550a00);
  view.setUint16(frameAt + 4, to + 1);
  view.setUint32(frameAt + 6, 0x02550a00);
  view.setUint16(frameAt + 10, from + 1);
  view.setUint16(frameAt + 12, 0x0800);
  const ipv4At = frameAt + ETHERNET_BYTES;
  view.setUint32(ipv4At, 0x45000000 | packetBytes);
  view.setUint32(ipv4At + 4, dontFragment ? 0x4000 : (number & 0xffff) << 16);
  view.setUint32(ipv4At + 8, udpPort === undefined ? 0x40290000 : 0x40110000);
  view.setUint32(ipv4At + 12, FIRST_NODE + from);
  view.setUint32(ipv4At + 16, FIRST_NODE + to);
  view.setUint16(ipv4At + 10, headerChecksum(view, ipv4At));
  if (udpPort !== undefined) {
    // 14 bits that look random, as a hash of the flow; every packet has a label of its own, and is a flow.
    const entropy = Math.imul(number, 0x9e3779b1) >>> 18;
    view.setUint32(ipv4At + 20, ((49_152 + entropy) << 16) | udpPort);
    view.setUint32(ipv4At + 24, (UDP_BYTES + innerBytes) << 16);
  }
  const ipv6At = ipv4At + packetBytes - innerBytes;
  view.setUint32(ipv6At, 0x60000000 | (number & 0xfffff));
  view.setUint16(ipv6At + 4, innerBytes - 40);
  view.setUint16(ipv6At + 6, (17 << 8) | 63);
  writeAddress(view, ipv6At + 8, from);
  writeAddress(view, ipv6At + 24, to);
  // Ports behind which no dissector of Wireshark waits.
  view.setUint32(ipv6At + 40, ((50_000 + (number % 1000)) << 16) | 51_000);
  view.setUint32(ipv6At + 44, (innerBytes - 40) << 16);
  if (innerBytes >= 52) view.setUint32(ipv6At + 48, number);
  view.setUint16(ipv6At + 46, udpChecksum(view, ipv6At, innerBytes));
}

function writeAddress(view: DataView, at: number, node: number): void {
  const suffix = (FIRST_NODE + node) & 0xffffff;
  view.setUint32(at, DOMAIN);
  view.setUint32(at + 4, (DOMAIN_REST << 24) | suffix);
  view.setUint32(at + 8, 0);
  view.setUint32(at + 12, 0x10);
}

function headerChecksum(view: DataView, at: number): number {
  return folded(wordSum(view, at, at + 10) + wordSum(view, at + 12, at + 20));
}

/** Over the addresses, the length and the protocol too (RFC 8200 section 8.1). */
function udpChecksum(view: DataView, ipv6At: number, innerBytes: number): number {
  const sum = wordSum(view, ipv6At + 8, ipv6At + innerBytes) + (innerBytes - 40) + 17;
  // No checksum is sent as all ones, because 0 says that there is none.
  return folded(sum) || 0xffff;
}

function wordSum(view: DataView, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at + 2 <= to; at += 2) sum += view.getUint16(at);
  return (to - from) % 2 === 0 ? sum : sum + view.getUint8(to - 1) * 0x100;
}

function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return ~((once & 0xffff) + (once >>> 16)) & 0xffff;
}
