import type { Area } from '../harness/runner/case.ts';
import { address } from './address.ts';
import { decap } from './decap.ts';
import { dscpEcn } from './dscp-ecn.ts';
import { encap } from './encap.ts';
import { hopLimit } from './hop-limit.ts';
import { ipv6 } from './ipv6.ts';
import { loop } from './loop.ts';
import { mtu } from './mtu.ts';
import { security } from './security.ts';
import { stateless } from './stateless.ts';

/** Every suite, one area each, in alphabetical order. Cases are run in the order of the catalogue, not of this list. */
export const areas: readonly Area[] = [address, decap, dscpEcn, encap, hopLimit, ipv6, loop, mtu, security, stateless];
