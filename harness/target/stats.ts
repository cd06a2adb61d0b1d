import * as v from 'valibot';
import { TargetError } from './target-error.ts';

/** Counters that cases know. Cases look at how they grow while the target is up. */
export const COUNTER_NAMES = [
  /** Tunnel packets discarded because the inner source does not fit the outer one (RFC 5969 section 9.2). */
  'decapDropsSpoofed',
  /** Packets not encapsulated because the route to their tunnel endpoint leads into a tunnel (RFC 4213 section 3.2). */
  'encapDropsLooped',
  /** ICMPv4 errors about tunnel packets, other than "fragmentation needed", that were counted or logged (RFC 4213 section 3.4). */
  'icmpv4Errors',
  /** Lines of log about combinations of ECN fields that are not in use (RFC 6040 section 4.2). */
  'ecnAnomaliesLogged',
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

/** Tables that cases know, each with its number of entries now. */
export const ENTRY_NAMES = ['tunnels', 'routes', 'neighbours', 'pathMtus', 'reassemblies'] as const;
export type EntryName = (typeof ENTRY_NAMES)[number];

/**
 * What the program `stats` of a target says of it. A number counts; null says that the data plane has no such counter or table;
 * a name that is absent says nothing.
 */
export interface TargetStats {
  readonly counters: Readonly<Partial<Record<CounterName, number | null>>>;
  readonly entries: Readonly<Partial<Record<EntryName, number | null>>>;
}

/** The answer of a target to `stats`: numbers, or its own words (exit 127) why there are none. */
export type StatsOutcome =
  { readonly kind: 'stats'; readonly stats: TargetStats } | { readonly kind: 'unsupported'; readonly reason: string };

const number = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0)));

/** A target may say more than cases know. */
const statsSchema = v.strictObject({
  counters: v.optional(v.record(v.string(), number), {}),
  entries: v.optional(v.record(v.string(), number), {}),
});

/** Reads what `stats` printed. Throws TargetError for anything but such an object. */
export const parseStats = (output: string): TargetStats => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(output);
  } catch (error) {
    throw new TargetError(
      `expected JSON from stats of the target, found ${JSON.stringify(output.slice(0, 200))}`,
      error,
    );
  }
  const result = v.safeParse(statsSchema, parsed);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new TargetError(`stats of the target: at ${v.getDotPath(issue) ?? 'the top'}: ${issue.message}`);
};
