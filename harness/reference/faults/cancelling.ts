/**
 * Faults that cancel out: two nodes with the same one understand each other, or two wrong fields hide each other. Whoever tests an
 * implementation against itself, or checks one field by another, sees nothing of them.
 */
import { concat, readUint16, writeUint16 } from '../../packet/bytes.ts';
import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { rewritingFrom } from './common.ts';
import type { Change, Fault } from './fault.ts';
import { faultsOf, inArea, together } from './fault.ts';

const XOR = 0x5a;

const withOctet = (packet: Uint8Array, at: number, change: (octet: number) => number): Uint8Array => {
  const copy = packet.slice();
  copy[at] = change(copy[at] ?? 0);
  return copy;
};

/** Changes an octet on the way in, and changes it back on the way out. */
const disguised = (at: (packet: Uint8Array) => number | undefined): Change => {
  const change = (packet: Uint8Array): Uint8Array => {
    const place = at(packet);
    return place === undefined ? packet : withOctet(packet, place, (octet) => octet ^ XOR);
  };
  return together(
    inArea('encapsulation', (is) => ({ carried: (inner, node, arrival) => change(is.carried(inner, node, arrival)) })),
    rewritingFrom('tunnel', change),
  );
};

export const cancellingFaults: readonly Fault[] = [
  ...faultsOf('encap.inner-unchanged', {
    'payload-scrambled-in-tunnel': disguised((packet) =>
      packet.length > IPV6.HEADER_LENGTH ? packet.length - 1 : undefined,
    ),
  }),
  ...faultsOf('ipv6.flow-label-preserved', {
    'flowlabel-scrambled-in-tunnel': disguised(() => 3),
  }),
  ...faultsOf('hop-limit.encap-decrement', {
    'hl-all-lowered-on-entry': inArea('forwarding', () => ({
      lowered: (hopLimit, arrival) => (arrival.via === 'tunnel' ? hopLimit : hopLimit - 2),
    })),
  }),
  ...faultsOf('encap.total-length', {
    // Total Length and bytes agree, and a receiver trims the surplus by Payload Length.
    'len-counts-own-padding': inArea('outer', (is) => ({
      assemble: (behaviour, header, payload) =>
        is.assemble(behaviour, { ...header, totalLength: header.totalLength + 4 }, concat(payload, new Uint8Array(4))),
    })),
  }),
  ...faultsOf('encap.flags-and-offset', {
    // The checksum stays right: what the flags have more, the identification has less.
    'evil-bit-hidden-in-checksum': inArea('outer', (is) => ({
      assemble: (behaviour, header, payload) => {
        const packet = is.assemble(behaviour, header, payload);
        const identification = readUint16(packet, IPV4.IDENTIFICATION);
        if (identification < 0x8000) return packet;
        writeUint16(packet, IPV4.IDENTIFICATION, identification - 0x8000);
        const flags = readUint16(packet, IPV4.FLAGS_FRAGMENT_OFFSET);
        writeUint16(packet, IPV4.FLAGS_FRAGMENT_OFFSET, flags + 0x8000);
        return packet;
      },
    })),
  }),
];
