import {
  Ipv6Address,
  type EmbeddingMap,
  type Ipv4Address,
  type Ipv4Prefix,
  type Ipv6Prefix,
} from '../address/index.ts';
import { outerIpv6Of, type Lab } from '../lab/index.ts';
import type { Profile } from '../profile/index.ts';

/**
 * What the rules know. The profile and its map are always known; everything else is optional, so that a stranger's capture is
 * judged with what is known of it. A rule that needs what is missing does not apply.
 */
export interface RuleContext {
  readonly profile: Profile;
  /** Undefined for a configured tunnel, which embeds nothing. */
  readonly map: EmbeddingMap | undefined;
  /** The DUT's tunnel endpoint: the outer source it is configured with. */
  readonly tunnelSource?: Ipv4Address;
  /** Every IPv4 address of the DUT, the tunnel endpoint included. */
  readonly dutIpv4?: readonly Ipv4Address[];
  /** Those of them that belong to another underlay port than the tunnel endpoint. */
  readonly dutIpv4OnOtherPorts?: readonly Ipv4Address[];
  /** Unicast IPv6 addresses of the DUT: the sources of what it originates. */
  readonly dutIpv6?: readonly Ipv6Address[];
  /** The IPv6 prefix of the DUT's pods. */
  readonly nodePrefix?: Ipv6Prefix;
  /** The other end of a configured tunnel. */
  readonly remote?: Ipv4Address;
  /** The underlay segments that the DUT is attached to. */
  readonly segments?: readonly Ipv4Prefix[];
  readonly underlayMtuBytes?: number;
  /** Whether `profile.outerTtl` is what the DUT was really configured with, not a default that somebody assumed. */
  readonly outerTtlIsConfigured?: boolean;
  /**
   * The frames were captured on the sender, where checksums may not be filled in yet and segments not be cut. Unset: only frames of unknown
   * direction may be such.
   */
  readonly capturedBeforeOffload?: boolean;
  /** Frames of both sides are seen, and none has a mark: packets that were changed are recognised by what they still have in common. */
  readonly hasNoMarks?: boolean;
}

export interface RuleContextOptions {
  /** 1500 unless a case changed it. */
  readonly underlayMtuBytes?: number;
  /** Whether the DUT has its second underlay port, and so an address and a segment more. */
  readonly secondUnderlayPort?: boolean;
}

/** Everything that a live set-up knows. */
export function ruleContextOf(lab: Lab, options: RuleContextOptions = {}): RuleContext {
  const { profile, underlay, native } = lab;
  const hasSecondPort = options.secondUnderlayPort === true;
  const otherPorts = hasSecondPort ? [underlay.dutOnSecondSegment] : [];
  // A case may choose a segment that has no room for it.
  const secondary = underlay.segment.contains(underlay.dutSecondary) ? [underlay.dutSecondary] : [];
  // Where the DUT has no better address, errors leave from the IPv4-compatible form of its IPv4 address.
  const compatible = Ipv6Address.fromBigInt(BigInt(underlay.dut.toNumber()));
  return {
    profile,
    map: lab.map,
    tunnelSource: underlay.dut,
    dutIpv4: [underlay.dut, ...secondary, ...otherPorts],
    dutIpv4OnOtherPorts: otherPorts,
    dutIpv6: [lab.overlayAddress, native.dutAddress, lab.podGateway, compatible, ...tunnelAddresses(lab)],
    nodePrefix: lab.n1.nodePrefix,
    ...(profile.mapping.kind === '6in4' ? { remote: underlay.n2 } : {}),
    segments: hasSecondPort ? [underlay.segment, underlay.secondSegment] : [underlay.segment],
    underlayMtuBytes: options.underlayMtuBytes ?? 1500,
    outerTtlIsConfigured: true,
  };
}

/** Addresses that a node has because of the kind of its tunnel: on the ISATAP link, and in the IPv6 underlay. */
function tunnelAddresses({ isatap, n1, profile }: Lab): Ipv6Address[] {
  if (profile.switches.outerFamily === 'ipv6') return [outerIpv6Of(n1.ipv4)];
  return isatap === undefined ? [] : [isatap.addressOf(n1.ipv4, 'global'), isatap.addressOf(n1.ipv4, 'link-local')];
}
