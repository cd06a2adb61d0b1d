/** The outer TTL: chosen by the node, whatever the inner hop limit. */
import { IPV4, ipv4Ttl } from '../../packet/ipv4.ts';
import { ipv6HopLimit } from '../../packet/ipv6.ts';
import type { Dissection } from '../dissection.ts';
import { always, NOTHING_TO_NOTE, type PassiveRule, type StatefulJudge } from '../rule.ts';

/** The catalogue's least TTL of a node that configures none. */
const LEAST_TTL = 32;
/** So many changes of TTL and hop limit by the same amount are no accident. */
const CHANGES_IN_STEP = 3;
const SLOTS = 1024;

const ttlPlace = (packet: Dissection) => ({ offset: packet.ipv4At + IPV4.TTL, lengthBytes: 1, field: 'ipv4.ttl' });

export const hopLimitRules: readonly PassiveRule[] = [
  {
    requirement: 'hop-limit.outer-ttl-value',
    scope: 'header',
    appliesTo: always,
    create: (facts) => {
      if (facts.switches.ttl === 'inherit') return notZero;
      return facts.outerTtl === undefined ? notInStep() : fixedTtl(facts.outerTtl);
    },
  },
];

const notZero: StatefulJudge = {
  judge(packet, _facts, report) {
    if (ipv4Ttl(packet.bytes, packet.ipv4At) === 0)
      report('an outer TTL of at least 1', 'outer TTL 0', ttlPlace(packet));
    return true;
  },
  approves: ({ ttl }) => ttl !== 0,
  notes: NOTHING_TO_NOTE,
};

const fixedTtl = (configured: number): StatefulJudge => ({
  // The quick path sees no frame that is known to come from the DUT.
  approves: ({ ttl }) => ttl !== 0,
  notes: NOTHING_TO_NOTE,
  judge(packet, facts, report, frame) {
    // Somewhere on the way routers have taken their part.
    if (!packet.fromDut) return notZero.judge(packet, facts, report, frame);
    const ttl = ipv4Ttl(packet.bytes, packet.ipv4At);
    if (ttl !== configured) report(`outer TTL ${configured}, as configured`, `outer TTL ${ttl}`, ttlPlace(packet));
    return true;
  },
});

/**
 * Without a configured value, and perhaps far from the node: the TTL must not follow the inner hop limit. One slot per pair of
 * addresses; a collision only forgets.
 */
function notInStep(): StatefulJudge {
  const sources = new Int32Array(SLOTS);
  const destinations = new Int32Array(SLOTS);
  const ttls = new Uint8Array(SLOTS);
  const hopLimits = new Uint8Array(SLOTS);
  const inStep = new Uint8Array(SLOTS);
  const slotOf = (source: number, destination: number): number => (Math.imul(source, 31) ^ destination) & (SLOTS - 1);
  return {
    approves({ source, destination, ttl, hopLimit }) {
      const slot = slotOf(source, destination);
      if (ttl === 0) return false;
      if (sources[slot] !== source || destinations[slot] !== destination) return true;
      const ttlChange = ttl - (ttls[slot] ?? 0);
      if (ttlChange === 0 || ttlChange !== hopLimit - (hopLimits[slot] ?? 0)) return true;
      return (inStep[slot] ?? 0) + 1 < CHANGES_IN_STEP;
    },
    notes({ source, destination, ttl, hopLimit }) {
      const slot = slotOf(source, destination);
      if (sources[slot] !== source || destinations[slot] !== destination) {
        sources[slot] = source;
        destinations[slot] = destination;
        inStep[slot] = 0;
      } else {
        const ttlChange = ttl - (ttls[slot] ?? 0);
        if (ttlChange !== hopLimit - (hopLimits[slot] ?? 0)) inStep[slot] = 0;
        else if (ttlChange !== 0) inStep[slot] = (inStep[slot] ?? 0) + 1;
      }
      ttls[slot] = ttl;
      hopLimits[slot] = hopLimit;
    },
    judge(packet, facts, report, frame) {
      const ttl = ipv4Ttl(packet.bytes, packet.ipv4At);
      if (ttl === 0) return notZero.judge(packet, facts, report, frame);
      if (packet.fromDut && ttl < LEAST_TTL) {
        report(`an outer TTL of at least ${LEAST_TTL}`, `outer TTL ${ttl}`, ttlPlace(packet));
        return true;
      }
      if (packet.ipv6At < 0) return true;
      const hopLimit = ipv6HopLimit(packet.bytes, packet.ipv6At);
      const slot = slotOf(packet.ipv4Source, packet.ipv4Destination);
      if (sources[slot] !== packet.ipv4Source || destinations[slot] !== packet.ipv4Destination) {
        sources[slot] = packet.ipv4Source;
        destinations[slot] = packet.ipv4Destination;
        inStep[slot] = 0;
      } else {
        const ttlChange = ttl - (ttls[slot] ?? 0);
        if (ttlChange !== hopLimit - (hopLimits[slot] ?? 0)) inStep[slot] = 0;
        else if (ttlChange !== 0) {
          const changes = Math.min((inStep[slot] ?? 0) + 1, CHANGES_IN_STEP);
          inStep[slot] = changes;
          if (changes === CHANGES_IN_STEP) {
            report(
              'an outer TTL that does not depend on the inner hop limit',
              `outer TTL ${ttl} with inner hop limit ${hopLimit}, changing in step with it`,
              ttlPlace(packet),
            );
          }
        }
      }
      ttls[slot] = ttl;
      hopLimits[slot] = hopLimit;
      return true;
    },
  };
}
