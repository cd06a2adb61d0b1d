import type { PassiveRule } from '../rule.ts';
import { addressRules } from './address.ts';
import { configRules } from './config.ts';
import { dscpEcnRules } from './dscp-ecn.ts';
import { encapRules } from './encap.ts';
import { fragmentRules } from './fragment.ts';
import { hopLimitRules } from './hop-limit.ts';
import { icmp6Rules } from './icmp6.ts';
import { loopRules } from './loop.ts';
import { mtuRules } from './mtu.ts';
import { neighbourRules } from './neighbour.ts';
import { otherEncapsulationRules } from './other-encapsulations.ts';
import { securityRules } from './security.ts';
import { statelessRules } from './stateless.ts';
import { udpRules } from './udp.ts';

/** Every rule that judges what the DUT sent by itself, in the order of the catalogue. */
export const PASSIVE_RULES: readonly PassiveRule[] = [
  ...addressRules,
  ...configRules,
  ...dscpEcnRules,
  ...encapRules,
  ...fragmentRules,
  ...hopLimitRules,
  ...icmp6Rules,
  ...loopRules,
  ...mtuRules,
  ...neighbourRules,
  ...securityRules,
  ...statelessRules,
  ...udpRules,
  ...otherEncapsulationRules,
];
