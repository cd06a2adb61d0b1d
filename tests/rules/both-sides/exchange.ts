import { assert } from '../../support/suite.ts';
import { bytesOf, frame, ipv4, ipv6, POD, REMOTE_POD, type InnerOptions } from '../handmade.ts';
import { contextOf, Feed, idsOf } from '../support.ts';

export const BACK = { source: REMOTE_POD, destination: POD };
export const TO_N1 = { source: '10.0.0.2', destination: '10.0.0.1' };
export const MARK = 77;

export interface Exchange {
  /** From a pod when true, from the tunnel otherwise. */
  readonly out: boolean;
  readonly sent: InnerOptions;
  readonly seen: InnerOptions;
  /** Outer TOS of what goes in from the tunnel, or of what comes out into it. */
  readonly tos?: number;
  readonly profile?: string;
  readonly tail?: Uint8Array;
  readonly seenTail?: Uint8Array;
}

/** What is found when `sent` goes in and `seen` comes out, both with one mark. */
export function exchange({
  out,
  sent,
  seen,
  tos = 0,
  profile = 'overlay',
  tail = new Uint8Array(0),
  seenTail = new Uint8Array(0),
}: Exchange): string[] {
  const feed = new Feed(contextOf(profile));
  const base = out ? {} : BACK;
  const goesIn = ipv6({ ...base, hopLimit: 64, ...sent });
  const comesOut = ipv6({ ...base, hopLimit: 63, ...seen });
  if (out) {
    feed.in(bytesOf(frame(goesIn), tail), 'P', MARK);
    feed.out(bytesOf(frame(ipv4(comesOut, { tos })), seenTail), 'U', MARK);
  } else {
    feed.in(frame(ipv4(bytesOf(goesIn, tail), { ...TO_N1, tos })), 'U', MARK);
    feed.out(bytesOf(frame(comesOut), seenTail), 'P', MARK);
  }
  assert.ok(feed.judged(out ? 'hop-limit.encap-decrement' : 'hop-limit.decap-decrement') >= 0);
  return idsOf(feed.findings);
}
