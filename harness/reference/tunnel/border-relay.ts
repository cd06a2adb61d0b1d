/** What a border relay does otherwise than a customer edge (RFC 5969 sections 8 and 9). */
import type { NodeConfig } from '../config.ts';
import { embeddingOf } from '../config.ts';

/**
 * Section 9.1: relays with one anycast address may send fragments with one Identification at the same time, so what such a relay
 * sends is never fragmented.
 */
export const forbidsFragments = (config: NodeConfig): boolean =>
  embeddingOf(config)?.isBorderRelay === true && config.switches.brAddress === 'anycast';
