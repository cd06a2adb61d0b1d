import type { PassiveRule } from '../rule.ts';
import {
  configuredDestination,
  dfNeverCleared,
  flagsAndOffset,
  headerChecksum,
  ihl5,
  protocol41,
  sourceAddress,
  sourceStableMultihomed,
  version4,
} from './encap-header.ts';
import { identification } from './encap-identification.ts';
import { noLinkPadding, totalLength } from './encap-lengths.ts';

/** In the order of the catalogue. */
export const encapRules: readonly PassiveRule[] = [
  configuredDestination,
  dfNeverCleared,
  flagsAndOffset,
  headerChecksum,
  identification,
  ihl5,
  noLinkPadding,
  protocol41,
  sourceAddress,
  sourceStableMultihomed,
  totalLength,
  version4,
];
