/** The faults of the reference: each proves that the cases of its requirement can fail. */
import { Proto41Error } from '../../errors.ts';
import { addressFaults } from './address.ts';
import { cancellingFaults } from './cancelling.ts';
import { configFaults } from './config.ts';
import { decapInnerFaults } from './decap-inner.ts';
import { decapOuterFaults } from './decap-outer.ts';
import { dscpEcnFaults } from './dscp-ecn.ts';
import { encapFaults } from './encap.ts';
import type { Fault } from './fault.ts';
import { fragmentFaults } from './fragment.ts';
import { reassemblyFaults } from './fragment-reassembly.ts';
import { hopLimitFaults } from './hop-limit.ts';
import { icmp4Faults, icmp6Faults } from './icmp.ts';
import { ipv6Faults } from './ipv6.ts';
import { kubernetesFaults } from './kubernetes.ts';
import { loopFaults } from './loop.ts';
import { mtuFaults } from './mtu.ts';
import { encapsulationFaults } from './encapsulations.ts';
import { neighbourFaults } from './neighbour.ts';
import { mappedNeighbourFaults } from './neighbour-mapped.ts';
import { packetTooBigFaults } from './packet-too-big.ts';
import { rareFaults } from './rare.ts';
import { securityFaults } from './security.ts';
import { statelessFaults } from './stateless.ts';
import { twoTunnelFaults } from './two-tunnels.ts';
import { udpFaults } from './udp.ts';

export type { Fault } from './fault.ts';

/** All faults, in the order of the catalogue's areas. */
export const FAULTS: readonly Fault[] = [
  ...addressFaults,
  ...encapFaults,
  ...hopLimitFaults,
  ...dscpEcnFaults,
  ...mtuFaults,
  ...packetTooBigFaults,
  ...fragmentFaults,
  ...reassemblyFaults,
  ...decapOuterFaults,
  ...decapInnerFaults,
  ...icmp4Faults,
  ...icmp6Faults,
  ...ipv6Faults,
  ...loopFaults,
  ...securityFaults,
  ...neighbourFaults,
  ...mappedNeighbourFaults,
  ...udpFaults,
  ...encapsulationFaults,
  ...twoTunnelFaults,
  ...statelessFaults,
  ...kubernetesFaults,
  ...rareFaults,
  ...cancellingFaults,
  ...configFaults,
];

const BY_NAME: ReadonlyMap<string, Fault> = new Map(FAULTS.map((fault) => [fault.name, fault]));

export const faultNames: readonly string[] = FAULTS.map((fault) => fault.name);

/** A fault that the reference does not have. */
export class UnknownFaultError extends Proto41Error {
  constructor(message: string) {
    super(message, { code: 'PROTO41_UNKNOWN_FAULT' });
  }
}

/** Throws UnknownFaultError for a name that is not in `faultNames`. */
export const faultByName = (name: string): Fault => {
  const fault = BY_NAME.get(name);
  if (!fault)
    throw new UnknownFaultError(`expected the name of a fault, found "${name}"; "list faults" shows them all`);
  return fault;
};
