import { IPV4, ipv4Identification } from '../../packet/ipv4.ts';
import { timestampMsOf } from '../finding.ts';
import { always, type PassiveRule, type StatefulJudge } from '../rule.ts';
import { ipv4Text } from '../text.ts';
import { PacketContent } from './packet-content.ts';

const SLOTS = 1 << 15;
/**
 * A counter of 16 bits comes round after 65536 packets, and it may be shared with destinations and protocols that are not seen here and advance
 * with the clock. A repetition counts only within a quarter of that, and within a time in which no clock brings the rest.
 */
const WINDOW_PACKETS = 1 << 14;
const WINDOW_MS = 5000;
/** A packet of many segments is counted as so many of them as are at least in it, if none is smaller than the smallest MTU. */
const SEGMENT_BYTES = 1280;

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
  const content = new PacketContent();
  return {
    judge(packet, _facts, report, frame) {
      memory.packets += segmentsIn(packet.ipv4TotalLength);
      // Later fragments repeat the value of their first one.
      if (packet.dontFragment || packet.fragmentOffset !== 0) return false;
      const { bytes, ipv4At, ipv6At, ipv4Source, ipv4Destination } = packet;
      const value = ipv4Identification(bytes, ipv4At);
      const nowMs = timestampMsOf(frame);
      content.read(bytes, undefined, ipv4At, ipv6At, packet.nextHeader, bytes.length);
      if (!content.isWhole && !content.hasCore) return false;
      const before = memory.packetsSince(ipv4Source, ipv4Destination, value, packet.ipv4Protocol, nowMs);
      // The same packet seen twice, on two interfaces of one capture, is no second packet.
      if (before !== 0 && !memory.isSame(content)) {
        report(
          `an Identification that differs from those of the last packets with DF 0 to ${ipv4Text(ipv4Destination)}`,
          `Identification ${value} again, ${before} packets later`,
          { offset: ipv4At + IPV4.IDENTIFICATION, lengthBytes: 2, field: 'ipv4.identification' },
        );
      }
      memory.remember(content, nowMs);
      return true;
    },
    approves: ({
      bytes,
      view,
      ipv4At,
      ipv6At,
      nextHeader,
      end,
      source,
      destination,
      protocol,
      dontFragment,
      timestampMs,
    }) => {
      if (dontFragment) return true;
      const segments = segmentsIn(view.getUint16(ipv4At + IPV4.TOTAL_LENGTH));
      const value = view.getUint16(ipv4At + IPV4.IDENTIFICATION);
      content.read(bytes, view, ipv4At, ipv6At, nextHeader, end);
      // What shows too little is for the rule, which does not count it.
      if (!content.isWhole && !content.hasCore) return false;
      memory.packets += segments;
      const before = memory.packetsSince(source, destination, value, protocol, timestampMs);
      memory.packets -= segments;
      return before === 0 || memory.isSame(content);
    },
    // Always behind `approves` for the same packet, which has found the slot and read the content.
    notes: ({ view, ipv4At, dontFragment, timestampMs }) => {
      memory.packets += segmentsIn(view.getUint16(ipv4At + IPV4.TOTAL_LENGTH));
      if (!dontFragment) memory.remember(content, timestampMs);
    },
  };
}

/** How many packets it is counted as: a network card gives each segment an Identification of its own. */
const segmentsIn = (totalLength: number): number => Math.max(1, Math.floor(totalLength / SEGMENT_BYTES));

/** Words of a slot. Side by side, because a slot is looked up at random: every cache line costs more than the rest of the rule. */
const SOURCE = 0;
const DESTINATION = 1;
const VALUE_AND_PROTOCOL = 2;
const CONTENT = 3;
/** Number of the packet, modulo 2^32. */
const COUNT = 4;
const USE = 5;
const CORE = 6;
const WORDS_PER_SLOT = 8;
/** What a slot in use holds. */
const WITHOUT_CORE = 1;
const CUT = 2;
const WHOLE = 3;

class IdentificationMemory {
  /** Tunnel packets seen, with DF or without. */
  packets = 0;
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
      words[at + USE] === 0 ||
      words[at + SOURCE] !== source ||
      words[at + DESTINATION] !== destination ||
      words[at + VALUE_AND_PROTOCOL] !== valueAndProtocol
    )
      return 0;
    const since = (this.packets - (words[at + COUNT] ?? 0)) | 0;
    if (since < 0 || since >= WINDOW_PACKETS || nowMs - (timesMs[slot] ?? 0) >= WINDOW_MS) return 0;
    return since;
  }

  /** Whether the packet found last may be this one: where the snap length has cut either, by what both show. */
  isSame({ value, core, isWhole, hasCore }: PacketContent): boolean {
    const words = this.#words;
    if (words === undefined) return false;
    const at = this.#slot * WORDS_PER_SLOT;
    const use = words[at + USE];
    if (isWhole && use !== CUT) return words[at + CONTENT] === value;
    return !hasCore || use === WITHOUT_CORE || words[at + CORE] === core;
  }

  /** Puts the packet that was just asked for in the table. */
  remember({ value, core, isWhole, hasCore }: PacketContent, nowMs: number): void {
    const words = (this.#words ??= new Int32Array(SLOTS * WORDS_PER_SLOT));
    const timesMs = (this.#timesMs ??= new Float64Array(SLOTS));
    const at = this.#slot * WORDS_PER_SLOT;
    words[at + SOURCE] = this.#source;
    words[at + DESTINATION] = this.#destination;
    words[at + VALUE_AND_PROTOCOL] = this.#valueAndProtocol;
    words[at + CONTENT] = value;
    words[at + CORE] = core;
    words[at + COUNT] = this.packets;
    words[at + USE] = isWhole ? (hasCore ? WHOLE : WITHOUT_CORE) : CUT;
    timesMs[this.#slot] = nowMs;
  }
}
