import { extrasOf, type SetupExtra } from '../target/extras.ts';
import type { NodeSession } from './node.ts';

/** The session, whose target is asked only for the extras that it claims; for others it has refused by not claiming them. */
export const withClaimedExtras = (session: NodeSession, claimed: readonly SetupExtra[]): NodeSession => ({
  facts: session.facts,
  clock: session.clock,
  ports: session.ports,
  wires: session.wires,
  ...(session.inspection === undefined ? {} : { inspection: session.inspection }),
  ...(session.shell === undefined ? {} : { shell: session.shell }),
  up: async (setup) => {
    const missing = extrasOf(setup).filter((extra) => !claimed.includes(extra));
    if (missing.length === 0) return session.up(setup);
    return { kind: 'unsupported', reason: `its target.json does not name ${missing.join(', ')} in "extras"` };
  },
  down: () => session.down(),
  stats: () => session.stats(),
  diagnostics: () => session.diagnostics(),
  [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
});
