import type { Arrival, ReferenceNode } from '../node.ts';
import type { Reaction } from '../tunnel/reaction.ts';

/** Tells the source of `packet` that it cannot go on, unless the reaction is silence (RFC 4443 section 3.1). */
export const refuse = (node: ReferenceNode, reaction: Reaction, packet: Uint8Array, arrival: Arrival): void => {
  const code = node.behaviour.forwarding.unreachableCode(reaction);
  if (code !== undefined) node.paths.reportError({ type: 1, code, parameter: 0 }, packet, arrival);
};
