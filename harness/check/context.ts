import { sixRdMap, sixToFourMap, type EmbeddingMap, type Ipv4Address, type Ipv6Prefix } from '../address/index.ts';
import type { Profile } from '../profile/index.ts';
import type { RuleContext } from '../rules/index.ts';
import type { LabFacts } from './own-captures.ts';

/** What is known of the node that a capture is judged for; nothing, for a stranger's capture. */
export interface NodeFacts {
  /** The tunnel endpoint. */
  readonly ipv4?: Ipv4Address;
  /** Where its pods are; follows from `ipv4` in an overlay that embeds. */
  readonly nodePrefix?: Ipv6Prefix;
  /** The frames were taken down by the harness from the wire, not by the node itself before its network card finished them. */
  readonly isFromTheWire?: boolean;
  /** In a capture of the harness: everything that its lab says. */
  readonly lab?: LabFacts | undefined;
}

export const mapOf = ({ mapping }: Profile): EmbeddingMap | undefined => {
  if (mapping.kind === '6rd') return sixRdMap(mapping);
  return mapping.kind === '6to4' ? sixToFourMap() : undefined;
};

/** The node with the prefix of its pods, where the overlay has one for its address. */
export function completeNode(profile: Profile, node: NodeFacts): NodeFacts {
  const map = mapOf(profile);
  const { ipv4 } = node;
  if (node.nodePrefix !== undefined || ipv4 === undefined || map?.ipv4Prefix.contains(ipv4) !== true) return node;
  return { ...node, nodePrefix: map.nodePrefix(ipv4) };
}

/** The context of the rules for a capture. */
export function captureContext(profile: Profile, node: NodeFacts = {}, hasBothSides = false): RuleContext {
  const { ipv4, nodePrefix, isFromTheWire = false, lab } = completeNode(profile, node);
  return {
    ...lab,
    profile,
    map: mapOf(profile),
    ...(ipv4 === undefined ? {} : { tunnelSource: ipv4, dutIpv4: lab?.dutIpv4 ?? [ipv4] }),
    ...(nodePrefix === undefined ? {} : { nodePrefix }),
    capturedBeforeOffload: !isFromTheWire,
    hasNoMarks: hasBothSides,
  };
}
