import { IPV4 } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { isProfile } from '../facts.ts';
import type { PassiveRule } from '../rule.ts';
import { ipv4Text } from '../text.ts';

const NODES_REMEMBERED = 4096;
const FOUND_SLOTS = 1024;
const slotOf = (node: number): number => (Math.imul(node, 0x9e3779b1) >>> 22) & (FOUND_SLOTS - 1);

export const statelessRules: readonly PassiveRule[] = [
  {
    requirement: 'stateless.one-source-per-node',
    scope: 'inner',
    appliesTo: (facts) =>
      facts.embedded !== undefined &&
      facts.switches.hairpin === 'deny' &&
      isProfile(facts, '6to4', '6rd', '6rd-br', 'fou', 'gue'),
    create: (facts) => {
      const { embedded, tunnelSource } = facts;
      /** First outer source seen, by the node that the inner source embeds. */
      const sources = new Map<number, number>();
      const reported = new Set<number>();
      /** Nodes that were found in `sources` with their own address, by a hash of it: most packets come from the same few. */
      const found = new Int32Array(FOUND_SLOTS);
      const isCounted = (node: number): boolean => tunnelSource === undefined || node === tunnelSource;
      return {
        // The quick path has made sure that the node embedded in an overlay source is the outer source.
        approves({ isFromOverlay, source }) {
          if (!isFromOverlay || found[slotOf(source)] === source || !isCounted(source)) return true;
          const first = sources.get(source);
          if (first === undefined) return sources.size < NODES_REMEMBERED;
          if (first !== source) return false;
          found[slotOf(source)] = source;
          return true;
        },
        notes({ isFromOverlay, source }) {
          if (!isFromOverlay || found[slotOf(source)] === source || !isCounted(source)) return;
          if (!sources.has(source)) sources.set(source, source);
        },
        judge(packet, _facts, report) {
          const at = packet.ipv6At + IPV6.SOURCE;
          if (embedded === undefined || !embedded.contains(packet.bytes, at)) return false;
          const node = embedded.ipv4At(packet.bytes, at);
          if (tunnelSource !== undefined && node !== tunnelSource) return false;
          const first = sources.get(node);
          if (first === undefined) {
            if (sources.size >= NODES_REMEMBERED) return false;
            sources.set(node, packet.ipv4Source);
          } else if (first !== packet.ipv4Source && !reported.has(packet.ipv4Source)) {
            if (reported.size < NODES_REMEMBERED) reported.add(packet.ipv4Source);
            report(
              `outer source ${ipv4Text(first)} for every pod of the node`,
              `outer source ${ipv4Text(packet.ipv4Source)} for another packet of the same node`,
              { offset: packet.ipv4At + IPV4.SOURCE, lengthBytes: 4, field: 'ipv4.source' },
            );
          }
          return true;
        },
      };
    },
  },
];
