/** What the node counts and logs of what it does not forward (RFC 5969 section 9.2, RFC 4213 section 3.4, RFC 6040 section 4.2). */
import type { CounterName } from '../target/stats.ts';
import { ErrorBudget, type RateLimitBehaviour } from './ipv6/rate-limit.ts';

export interface AccountingBehaviour {
  /** Whether a tunnel packet counts as spoofed that this check has discarded; undefined for one that no check has. */
  isSpoofed(failedCheck: string | undefined): boolean;
  /** Whether ICMPv4 errors about tunnel packets leave a trace. */
  readonly recordsTunnelErrors: boolean;
  /** Whether the switch of the set-up decides about logging. */
  logs(isEnabled: boolean): boolean;
  readonly logLimit: RateLimitBehaviour;
}

export const accounting: AccountingBehaviour = {
  isSpoofed: (failedCheck) => failedCheck === 'source-pair' || failedCheck === 'native-source',
  recordsTunnelErrors: true,
  logs: (isEnabled) => isEnabled,
  // Ten lines in five seconds, as much as an administrator reads.
  logLimit: { burst: 10, perSecond: 2 },
};

export class Accounts {
  readonly counters: Record<CounterName, number> = {
    decapDropsSpoofed: 0,
    encapDropsLooped: 0,
    icmpv4Errors: 0,
    ecnAnomaliesLogged: 0,
  };
  readonly #log: ErrorBudget;

  constructor(behaviour: AccountingBehaviour, nowMs: number) {
    this.#log = new ErrorBudget(behaviour.logLimit, nowMs);
  }

  count(name: CounterName): void {
    this.counters[name] += 1;
  }

  /** A line of log, where the limit still allows one. */
  log(name: CounterName, nowMs: number): void {
    if (this.#log.take(nowMs)) this.count(name);
  }
}
