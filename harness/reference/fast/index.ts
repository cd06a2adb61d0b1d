/**
 * The way of ordinary packets through the node, without an allocation for each: no fragment, no option, no error, a known neighbour, nothing
 * to count. Whatever is not so takes the ordinary path, which alone decides what happens then. A node with a fault, or with any other
 * decision replaced, has no fast path: it would not see the fault.
 */
import type { PortName } from '../../wire/wire.ts';
import { CORRECT } from '../behaviour.ts';
import type { ReferenceNode } from '../node.ts';
import { fastDecapsulation } from './decapsulate.ts';
import { fastEncapsulation } from './encapsulate.ts';
import { planFor } from './plan.ts';
import { Scratch } from './scratch.ts';

/** Takes a frame of any port; false for one that is left to the ordinary path, of which nothing has been done. */
export type FastPath = (port: PortName, frame: Uint8Array) => boolean;

const NOTHING: FastPath = () => false;

export const fastPathOf = (node: ReferenceNode, lendsFrames: boolean): FastPath => {
  const plan = node.behaviour === CORRECT ? planFor(node) : undefined;
  if (plan === undefined) return NOTHING;
  const scratch = new Scratch(lendsFrames);
  const encapsulate = fastEncapsulation(node, plan, scratch);
  const fromU = fastDecapsulation(node, plan, scratch, 'U');
  const fromU2 = node.config.ports.has('U2') ? fastDecapsulation(node, plan, scratch, 'U2') : undefined;
  return (port, frame) => {
    if (port === 'P') return encapsulate(frame);
    return port === 'U' ? fromU(frame) : fromU2 !== undefined && fromU2(frame);
  };
};
