import type { Profile } from '../../harness/profile/index.ts';

/** The ECN field by its two bits (RFC 3168 section 5). */
export const NOT_ECT = 0;
export const ECT_1 = 1;
export const ECT_0 = 2;
export const CE = 3;
export const CODEPOINTS = [NOT_ECT, ECT_1, ECT_0, CE] as const;
export type Codepoint = (typeof CODEPOINTS)[number];

export const ecnName = (codepoint: number): string =>
  ['Not-ECT', 'ECT(1)', 'ECT(0)', 'CE'][codepoint] ?? String(codepoint);

export type IngressMode = Profile['switches']['ecnEncap'];

/** Outer ECN field by the inner one: RFC 6040 section 4.1 normal mode, RFC 3168 section 9.1.1 full functionality, compatibility. */
export const INGRESS: { readonly [Mode in IngressMode]: Readonly<Record<Codepoint, Codepoint>> } = {
  '6040': { [NOT_ECT]: NOT_ECT, [ECT_1]: ECT_1, [ECT_0]: ECT_0, [CE]: CE },
  '3168': { [NOT_ECT]: NOT_ECT, [ECT_1]: ECT_1, [ECT_0]: ECT_0, [CE]: ECT_0 },
  compat: { [NOT_ECT]: NOT_ECT, [ECT_1]: NOT_ECT, [ECT_0]: NOT_ECT, [CE]: NOT_ECT },
};

/** ECN field of the packet that leaves, by the inner and then the outer field that arrived (RFC 6040 section 4.2). */
export const EGRESS: Readonly<Record<Codepoint, Readonly<Record<Codepoint, Codepoint | 'drop'>>>> = {
  [NOT_ECT]: { [NOT_ECT]: NOT_ECT, [ECT_0]: NOT_ECT, [ECT_1]: NOT_ECT, [CE]: 'drop' },
  [ECT_0]: { [NOT_ECT]: ECT_0, [ECT_0]: ECT_0, [ECT_1]: ECT_1, [CE]: CE },
  [ECT_1]: { [NOT_ECT]: ECT_1, [ECT_0]: ECT_1, [ECT_1]: ECT_1, [CE]: CE },
  [CE]: { [NOT_ECT]: CE, [ECT_0]: CE, [ECT_1]: CE, [CE]: CE },
};

/** DSCP that a profile puts into the outer header for an inner Traffic Class. */
export const outerDscp = ({ switches, fixedTos }: Profile, trafficClass: number): number =>
  ({ zero: 0, copy: trafficClass >> 2, fixed: fixedTos >> 2 })[switches.tos];
