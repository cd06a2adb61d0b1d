import { IPV4, ipv4Identification } from '../../packet/ipv4.ts';
import { timestampMsOf } from '../finding.ts';
import { contentFingerprint, contentFingerprintInView } from '../fingerprint.ts';
import { always, type PassiveRule, type StatefulJudge } from '../rule.ts';
import { ipv4Text } from '../text.ts';

const SLOTS = 1 << 15;
/**
 * A counter of 16 bits comes round after 65536 packets, and it may be shared with destinations and protocols that are not seen here and advance
 * with the clock. A repetition counts only within a quarter of that, and within a time in which no clock brings the rest.
 */
const WINDOW_PACKETS = 1 << 14;
const WINDOW_MS = 5000;
const FINGERPRINT_BYTES = 128;

/** RFC 791 section 3.2 and RFC 6864 section 4.1, for packets with DF clear; for atomic ones the value means nothing. */
export const identification: PassiveRule = {
  requirement: 'encap.identification',
  scope: 'header',
  appliesTo: always,
  create: createIdentification,
};

/** A direct-mapped table of the last packet per (addresses, protocol, identification); a collision only forgets. */
function createIdentification(): StatefulJudge {
  const memory = new IdentificationMemory();
  return {
    judge(packet, _facts, report, frame) {
      memory.packets++;
      // Later fragments repeat the value of their first one.
      if (packet.dontFragment || packet.fragmentOffset !== 0) return false;
      const { bytes, ipv4At, ipv4Source, ipv4Destination } = packet;
      const value = ipv4Identification(bytes, ipv4At);
      const nowMs = timestampMsOf(frame);
      const content = contentOf(bytes, ipv4At, bytes.length);
      const before = memory.packetsSince(ipv4Source, ipv4Destination, value, packet.ipv4Protocol, nowMs);
      // The same packet seen twice, on two interfaces of one capture, is no second packet.
      if (before !== 0 && memory.content !== content) {
        report(
          `an Identification that differs from those of the last packets with DF 0 to ${ipv4Text(ipv4Destination)}`,
          `Identification ${value} again, ${before} packets later`,
          { offset: ipv4At + IPV4.IDENTIFICATION, lengthBytes: 2, field: 'ipv4.identification' },
        );
      }
      memory.remember(content, nowMs);
      return true;
    },
    approves: ({ view, ipv4At, end, source, destination, protocol, dontFragment, timestampMs }) => {
      if (dontFragment) return true;
      memory.packets++;
      const value = view.getUint16(ipv4At + IPV4.IDENTIFICATION);
      const before = memory.packetsSince(source, destination, value, protocol, timestampMs);
      memory.packets--;
      return before === 0 || memory.content === contentInView(view, ipv4At, end);
    },
    // Always behind `approves` for the same packet, which has found the slot.
    notes: ({ view, ipv4At, end, dontFragment, timestampMs }) => {
      memory.packets++;
      if (!dontFragment) memory.remember(contentInView(view, ipv4At, end), timestampMs);
    },
  };
}

const contentInView = (view: DataView, ipv4At: number, end: number): number => {
  const at = ipv4At + IPV4.MINIMUM_HEADER_LENGTH;
  return contentFingerprintInView(view, at, Math.max(0, Math.min(FINGERPRINT_BYTES, end - at)));
};

const contentOf = (bytes: Uint8Array, ipv4At: number, end: number): number => {
  const at = ipv4At + IPV4.MINIMUM_HEADER_LENGTH;
  return contentFingerprint(bytes, at, Math.max(0, Math.min(FINGERPRINT_BYTES, end - at)));
};

/** Words of a slot. Side by side, because a slot is looked up at random: every cache line costs more than the rest of the rule. */
const SOURCE = 0;
const DESTINATION = 1;
const VALUE_AND_PROTOCOL = 2;
const CONTENT = 3;
/** Number of the packet, modulo 2^32. */
const COUNT = 4;
const IS_USED = 5;
const WORDS_PER_SLOT = 8;

class IdentificationMemory {
  /** Tunnel packets seen, with DF or without. */
  packets = 0;
  /** What the packet found last carried. */
  content = 0;
  #words: Int32Array | undefined;
  #timesMs: Float64Array | undefined;
  #slot = 0;
  #source = 0;
  #destination = 0;
  #valueAndProtocol = 0;

  /** How many packets ago the value was used between these addresses; 0 if it was not, or too long ago to count. */
  packetsSince(source: number, destination: number, value: number, protocol: number, nowMs: number): number {
    const words = (this.#words ??= new Int32Array(SLOTS * WORDS_PER_SLOT));
    const timesMs = (this.#timesMs ??= new Float64Array(SLOTS));
    const slot = (Math.imul(source ^ Math.imul(destination, 0x9e3779b1), 0x85ebca6b) ^ value) & (SLOTS - 1);
    const at = slot * WORDS_PER_SLOT;
    const valueAndProtocol = (value << 8) | protocol;
    this.#slot = slot;
    this.#source = source;
    this.#destination = destination;
    this.#valueAndProtocol = valueAndProtocol;
    if (
      words[at + IS_USED] === 0 ||
      words[at + SOURCE] !== source ||
      words[at + DESTINATION] !== destination ||
      words[at + VALUE_AND_PROTOCOL] !== valueAndProtocol
    )
      return 0;
    const since = (this.packets - (words[at + COUNT] ?? 0)) | 0;
    if (since < 0 || since >= WINDOW_PACKETS || nowMs - (timesMs[slot] ?? 0) >= WINDOW_MS) return 0;
    this.content = words[at + CONTENT] ?? 0;
    return since;
  }

  /** Puts the packet that was just asked for in the table. */
  remember(content: number, nowMs: number): void {
    const words = (this.#words ??= new Int32Array(SLOTS * WORDS_PER_SLOT));
    const timesMs = (this.#timesMs ??= new Float64Array(SLOTS));
    const at = this.#slot * WORDS_PER_SLOT;
    words[at + SOURCE] = this.#source;
    words[at + DESTINATION] = this.#destination;
    words[at + VALUE_AND_PROTOCOL] = this.#valueAndProtocol;
    words[at + CONTENT] = content;
    words[at + COUNT] = this.packets;
    words[at + IS_USED] = 1;
    timesMs[this.#slot] = nowMs;
  }
}
