import { REFERENCE } from '../target/built-in.ts';

const PREFIX = `${REFERENCE.name}:`;

/** `reference:hl-from-ttl,other-fault` is the reference with these faults switched on; any other text is a target as it stands. */
export const splitFaults = (target: string): { readonly target: string; readonly faults: readonly string[] } =>
  target.startsWith(PREFIX)
    ? { target: REFERENCE.name, faults: target.slice(PREFIX.length).split(',') }
    : { target, faults: [] };
