import { handmadePcap, blocks } from '../capture/handmade.ts';
import { bytesOf, frame, inUdp, ipv4, ipv6, tunnelled, udp, word } from '../rules/handmade.ts';
import { captureOf, withType } from './support.ts';

/** Small captures of every format, with frames of every kind. */
export function fuzzCorpus(): readonly Uint8Array[] {
  const good = ipv4(ipv6());
  const gre = bytesOf(word(0x2000), word(0x0800), 1, 2, 3, 4, good);
  const frames = [
    tunnelled(),
    tunnelled({ payload: new Uint8Array(1300) }),
    inUdp(),
    frame(good, { vlan: 3 }),
    withType(0x8847, bytesOf(0, 0, 0x01, 64, good)),
    withType(0x8864, bytesOf(0x11, 0, 0, 1, word(good.length + 2), word(0x21), good)),
    frame(ipv4(good, { protocol: 4 })),
    frame(ipv4(gre, { protocol: 47 })),
    frame(ipv4(udp(bytesOf(8, new Uint8Array(7), frame(good)), { destinationPort: 4789 }), { protocol: 17 })),
    frame(ipv6({ nextHeader: 44, payload: bytesOf(41, 0, 0, 0, 1, 2, 3, 4, ipv6()) })),
    frame(ipv6()),
    tunnelled({}, { flags: 0x2000 }),
    tunnelled({}, { flags: 0x0005 }),
    ...Array.from({ length: 20 }, (_, index) => tunnelled({}, { flags: 0, identification: index })),
  ];
  const records = frames.map((bytes, index) => ({ seconds: index, fraction: index, bytes }));
  const make = blocks(false);
  const bigEndian = [
    make.section(make.option(4, 'fuzz')),
    make.interface(1, 100, make.option(2, 'eth0'), make.option(9, Uint8Array.of(0x83))),
    make.interface(101, 0),
    ...frames.map((bytes, index) =>
      index % 2 === 0 ? make.frame(0, BigInt(index), bytes, make.option(1, 'comment')) : make.frame(1, 0n, good),
    ),
    make.block(0xbad, new Uint8Array(16)),
    make.block(3, make.words(good.length), good),
  ];
  return [
    captureOf(frames),
    captureOf(frames.map((bytes, index) => ({ bytes, direction: index % 3 === 0 ? 'inbound' : 'outbound' }))),
    captureOf([good, good, good], { linkType: 101 }),
    captureOf([bytesOf(word(4), word(1), word(6), new Uint8Array(8), word(0x0800), good)], { linkType: 113 }),
    handmadePcap({ littleEndian: true, nanoseconds: false, records }),
    handmadePcap({ littleEndian: false, nanoseconds: true, records }),
    new Uint8Array(Buffer.concat(bigEndian)),
  ];
}
