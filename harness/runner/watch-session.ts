import type { NodeSession } from '../node/node.ts';
import { WireError } from '../wire/wire-error.ts';

export interface SessionWatch {
  /** Why a wire ended that nobody closed; undefined while all is well. */
  readonly failure: () => Error | undefined;
  /** Stops watching; call it before the session is closed on purpose. */
  readonly end: () => void;
}

/** Notices that the node is gone, without which every case would wait in vain for its fences. */
export const watchSession = (session: Pick<NodeSession, 'wires'>): SessionWatch => {
  let first: Error | undefined;
  const stops = [...session.wires.values()].map((wire) =>
    wire.onClosed((reason) => {
      // An orderly end is one too: nobody closes a wire while cases run.
      first ??= reason ?? new WireError('WIRE_CLOSED', `Expected port ${wire.port} to stay, but the node closed it`);
    }),
  );
  return {
    failure: () => first,
    end: () => {
      for (const stop of stops) stop();
    },
  };
};
