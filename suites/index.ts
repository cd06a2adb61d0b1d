import type { Area } from '../harness/runner/case.ts';
import { address } from './address.ts';
import { config } from './config.ts';
import { decap } from './decap.ts';
import { dscpEcn } from './dscp-ecn.ts';
import { encap } from './encap.ts';
import { fragment } from './fragment.ts';
import { gre } from './gre.ts';
import { hopLimit } from './hop-limit.ts';
import { icmp4 } from './icmp4.ts';
import { icmp6 } from './icmp6.ts';
import { ip6ip6 } from './ip6ip6.ts';
import { ipv6 } from './ipv6.ts';
import { kubernetes } from './kubernetes.ts';
import { loop } from './loop.ts';
import { mtu } from './mtu.ts';
import { neighbour } from './neighbour.ts';
import { property } from './property.ts';
import { security } from './security.ts';
import { stateless } from './stateless.ts';
import { udp } from './udp.ts';

/** Every suite, one area each, in alphabetical order. Cases are run in the order of the catalogue, not of this list. */
export const areas: readonly Area[] = [
  address,
  config,
  decap,
  dscpEcn,
  encap,
  fragment,
  gre,
  hopLimit,
  icmp4,
  icmp6,
  ip6ip6,
  ipv6,
  kubernetes,
  loop,
  mtu,
  neighbour,
  property,
  security,
  stateless,
  udp,
];
