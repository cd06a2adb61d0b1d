/** Captures of any size, made as they are read: an overlay of 50 nodes under the profile `overlay`, every packet right. */

export interface GeneratedCapture {
  readonly packets: number;
  /** Size of the inner packets, from 48. */
  readonly innerBytes: number;
  /** Whether DF is set. Without it every packet has an Identification of its own, which the rules have to remember. */
  readonly dontFragment: boolean;
}

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const NODES = 50;
const PACKETS_PER_CHUNK = 10_000;
const PACKETS_PER_SECOND = 100_000;
const FIRST_NODE = 0x0a000001;
const DOMAIN = 0xfd5a1234;
const DOMAIN_REST = 0x56;

/** The capture as a classic pcap file, in chunks. A chunk is only good until the next one. */
export function* generateCapture(options: GeneratedCapture): Generator<Uint8Array, void, void> {
  const recordBytes = RECORD_HEADER_BYTES + ETHERNET_BYTES + 20 + options.innerBytes;
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

function writeRecord(view: DataView, at: number, number: number, { innerBytes, dontFragment }: GeneratedCapture): void {
  const frameBytes = ETHERNET_BYTES + 20 + innerBytes;
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
  view.setUint32(ipv4At, 0x45000000 | (20 + innerBytes));
  view.setUint32(ipv4At + 4, dontFragment ? 0x4000 : (number & 0xffff) << 16);
  view.setUint32(ipv4At + 8, 0x40290000);
  view.setUint32(ipv4At + 12, FIRST_NODE + from);
  view.setUint32(ipv4At + 16, FIRST_NODE + to);
  view.setUint16(ipv4At + 10, headerChecksum(view, ipv4At));
  const ipv6At = ipv4At + 20;
  view.setUint32(ipv6At, 0x60000000 | (number & 0xfffff));
  view.setUint16(ipv6At + 4, innerBytes - 40);
  view.setUint16(ipv6At + 6, (17 << 8) | 63);
  writeAddress(view, ipv6At + 8, from);
  writeAddress(view, ipv6At + 24, to);
  view.setUint32(ipv6At + 40, ((40_000 + (number % 1000)) << 16) | 53);
  view.setUint32(ipv6At + 44, ((innerBytes - 40) << 16) | 0);
  if (innerBytes >= 52) view.setUint32(ipv6At + 48, number);
}

function writeAddress(view: DataView, at: number, node: number): void {
  const suffix = (FIRST_NODE + node) & 0xffffff;
  view.setUint32(at, DOMAIN);
  view.setUint32(at + 4, (DOMAIN_REST << 24) | suffix);
  view.setUint32(at + 8, 0);
  view.setUint32(at + 12, 0x10);
}

function headerChecksum(view: DataView, at: number): number {
  let sum = 0;
  for (let word = 0; word < 20; word += 2) sum += word === 10 ? 0 : view.getUint16(at + word);
  sum = (sum & 0xffff) + (sum >>> 16);
  return ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
}
