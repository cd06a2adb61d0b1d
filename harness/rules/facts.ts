import {
  framingBytes,
  isListed,
  overheadBytes,
  udpPortOf,
  type CatalogueProfile,
  type Profile,
  type Switches,
} from '../profile/index.ts';
import { equalRange } from '../packet/bytes.ts';
import type { Framing } from './dissection.ts';
import type { RuleContext } from './context.ts';
import { embeddedArithmetic, type EmbeddedArithmetic } from './embedded.ts';
import { prefixMatch, type PrefixMatch } from './prefix-match.ts';

/** A RuleContext compiled for comparisons in place: IPv4 addresses are signed 32-bit numbers. */
export interface Facts {
  readonly profile: Profile;
  readonly switches: Switches;
  readonly embedded: EmbeddedArithmetic | undefined;
  readonly tunnelSource: number | undefined;
  readonly dutIpv4: readonly number[];
  readonly dutIpv4OnOtherPorts: readonly number[];
  readonly dutIpv6: readonly Uint8Array[];
  readonly nodePrefix: PrefixMatch | undefined;
  readonly remote: number | undefined;
  /** Directed broadcast addresses of the DUT's segments; a /31 or /32 has none. */
  readonly broadcasts: readonly number[];
  readonly underlayMtuBytes: number | undefined;
  readonly outerTtl: number | undefined;
  readonly capturedBeforeOffload: boolean | undefined;
  readonly hasNoMarks: boolean;
  /** A queue of the node's own, in front of the port where it was captured, may have marked congestion (RFC 3168 section 5). */
  readonly mayHaveQueued: boolean;
  /** Why something was not judged in packets that their sender had not finished, with their number; counted while judging. */
  readonly leftToCard: Map<string, number>;
  /** UDP destination port of the tunnel; 0 where it is not UDP. */
  readonly tunnelPort: number;
  /** How the overlay's own tunnel packets are carried. */
  readonly framing: Exclude<Framing, 'none'>;
  /** Bytes between the outer IP header and the inner packet. */
  readonly framingBytes: number;
  readonly overheadBytes: number;
}

export function compileFacts(context: RuleContext): Facts {
  const { profile } = context;
  const own = context.dutIpv4 ?? (context.tunnelSource === undefined ? [] : [context.tunnelSource]);
  return {
    profile,
    switches: profile.switches,
    embedded: embeddedArithmetic(context.map),
    tunnelSource: int32Of(context.tunnelSource),
    dutIpv4: own.map((address) => address.toNumber() | 0),
    dutIpv4OnOtherPorts: (context.dutIpv4OnOtherPorts ?? []).map((address) => address.toNumber() | 0),
    dutIpv6: (context.dutIpv6 ?? []).map((address) => address.bytes),
    nodePrefix: context.nodePrefix === undefined ? undefined : prefixMatch(context.nodePrefix),
    remote: int32Of(context.remote),
    broadcasts: (context.segments ?? [])
      .filter(({ length }) => length < 31)
      .map(({ address, length }) => address.toNumber() | (length === 0 ? -1 : (1 << (32 - length)) - 1) | 0),
    underlayMtuBytes: context.underlayMtuBytes,
    outerTtl: context.outerTtlIsConfigured === true ? profile.outerTtl : undefined,
    capturedBeforeOffload: context.capturedBeforeOffload,
    hasNoMarks: context.hasNoMarks === true,
    mayHaveQueued: context.capturedBeforeOffload === true,
    leftToCard: new Map(),
    tunnelPort: udpPortOf(profile) ?? 0,
    framing: framingOf(profile),
    framingBytes: framingBytes(profile),
    overheadBytes: overheadBytes(profile),
  };
}

function framingOf({ encapsulation: { kind } }: Profile): Facts['framing'] {
  return kind === 'fou' || kind === 'gue' ? 'udp' : kind;
}

function int32Of(address: { toNumber(): number } | undefined): number | undefined {
  return address === undefined ? undefined : address.toNumber() | 0;
}

/** Whether the catalogue lists the requirement for this profile. */
export function isProfile(facts: Facts, ...profiles: readonly CatalogueProfile[]): boolean {
  return isListed(facts.profile, profiles);
}

/** Whether the address at the offset is one of the DUT's known IPv6 addresses. */
export function isDutIpv6(facts: Facts, bytes: Uint8Array, at: number): boolean {
  for (const address of facts.dutIpv6) {
    if (equalRange(bytes, at, address, 0, 16)) return true;
  }
  return false;
}
