import { IPV4, ipv4Identification } from '../../packet/ipv4.ts';
import { fingerprint } from '../fingerprint.ts';
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
  let table: Table | undefined;
  let packets = 0;
  return {
    judge(packet, _facts, report, { timestampNs }) {
      packets++;
      // Later fragments repeat the value of their first one.
      if (packet.dontFragment || packet.fragmentOffset !== 0) return false;
      table ??= createTable();
      const value = ipv4Identification(packet.bytes, packet.ipv4At);
      const valueAndProtocol = (value << 8) | packet.ipv4Protocol;
      const slot =
        (Math.imul(packet.ipv4Source ^ Math.imul(packet.ipv4Destination, 0x9e3779b1), 0x85ebca6b) ^ value) &
        (SLOTS - 1);
      const { sources, destinations, values, contents, counts, timesMs } = table;
      const nowMs = Number(timestampNs) / 1e6;
      const content = fingerprint(packet.bytes, packet.ipv4At + IPV4.MINIMUM_HEADER_LENGTH, FINGERPRINT_BYTES);
      const isRepeated =
        sources[slot] === packet.ipv4Source &&
        destinations[slot] === packet.ipv4Destination &&
        values[slot] === valueAndProtocol &&
        counts[slot] !== 0 &&
        packets - (counts[slot] ?? 0) < WINDOW_PACKETS &&
        nowMs - (timesMs[slot] ?? 0) < WINDOW_MS &&
        // The same packet seen twice, on two interfaces of one capture, is no second packet.
        contents[slot] !== content;
      if (isRepeated) {
        report(
          `an Identification that differs from those of the last packets with DF 0 to ${ipv4Text(packet.ipv4Destination)}`,
          `Identification ${value} again, ${packets - (counts[slot] ?? 0)} packets later`,
          { offset: packet.ipv4At + IPV4.IDENTIFICATION, lengthBytes: 2, field: 'ipv4.identification' },
        );
      }
      sources[slot] = packet.ipv4Source;
      destinations[slot] = packet.ipv4Destination;
      values[slot] = valueAndProtocol;
      contents[slot] = content;
      counts[slot] = packets;
      timesMs[slot] = nowMs;
      return true;
    },
  };
}

interface Table {
  readonly sources: Int32Array;
  readonly destinations: Int32Array;
  readonly values: Int32Array;
  readonly contents: Int32Array;
  readonly counts: Float64Array;
  readonly timesMs: Float64Array;
}

const createTable = (): Table => ({
  sources: new Int32Array(SLOTS),
  destinations: new Int32Array(SLOTS),
  values: new Int32Array(SLOTS),
  contents: new Int32Array(SLOTS),
  counts: new Float64Array(SLOTS),
  timesMs: new Float64Array(SLOTS),
});
