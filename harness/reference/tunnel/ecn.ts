/** Congestion marks through the tunnel (RFC 6040 sections 4.1 to 4.3, RFC 3168 section 9.1.1). */
import type { NodeConfig } from '../config.ts';
import type { OuterSummary } from '../node.ts';

export const NOT_ECT = 0;
export const ECT_1 = 1;
export const ECT_0 = 2;
export const CE = 3;

export interface EcnBehaviour {
  /** The outer ECN field for an inner one. */
  ingress(config: NodeConfig, inner: number): number;
  /** The inner ECN field that leaves the tunnel; undefined drops the packet. */
  egress(inner: number, outer: number): number | undefined;
  /** The Traffic Class that leaves the tunnel; undefined drops the packet. */
  decapsulated(
    behaviour: EcnBehaviour,
    config: NodeConfig,
    trafficClass: number,
    outer: OuterSummary,
  ): number | undefined;
}

export const ecn: EcnBehaviour = {
  ingress: (config, inner) => {
    switch (config.switches.ecnEncap) {
      case '6040':
        return inner;
      case '3168':
        return inner === CE ? ECT_0 : inner;
      case 'compat':
        return NOT_ECT;
    }
  },
  egress: (inner, outer) => {
    if (inner === NOT_ECT) return outer === CE ? undefined : NOT_ECT;
    if (inner === CE || outer === CE) return CE;
    return outer === ECT_1 ? ECT_1 : inner;
  },
  decapsulated: (behaviour, config, trafficClass, outer) => {
    if (config.switches.ecnDecap === 'off') return trafficClass;
    const field = behaviour.egress(trafficClass & 3, outer.tos & 3);
    // RFC 2983 section 5.1, the pipe model: the outer DSCP does not touch the inner one.
    return field === undefined ? undefined : (trafficClass & 0xfc) | field;
  },
};
