import { createLab, type Lab } from '../../harness/lab/index.ts';
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import {
  createRuleEngine,
  ruleContextOf,
  type Finding,
  type JudgedFrame,
  type RuleContext,
  type RuleEngine,
} from '../../harness/rules/index.ts';

const mac = (last: number): MacAddress => MacAddress.fromBytes(Uint8Array.of(2, 0, 0, 0, 0, last));

export function labOf(profileText: string): Lab {
  return createLab(parseProfile(profileText), { dutMacs: { P: mac(1), U: mac(2), U2: mac(3) } });
}

export const contextOf = (profileText: string): RuleContext =>
  ruleContextOf(labOf(profileText), { secondUnderlayPort: true });

/** Nothing known but the profile, as with a stranger's capture. */
export function strangersContext(profileText: string): RuleContext {
  const { profile, map } = labOf(profileText);
  return { profile, map };
}

/** Feeds frames to an engine, numbers them and keeps what it finds. */
export class Feed {
  readonly engine: RuleEngine;
  readonly findings: Finding[] = [];
  #number = 0;
  #timestampNs = 1_700_000_000_000_000_000n;

  constructor(context: RuleContext) {
    this.engine = createRuleEngine(context);
  }

  out(bytes: Uint8Array, port: JudgedFrame['port'] = 'U', mark?: number): readonly Finding[] {
    return this.#judge(bytes, port, 'from-dut', mark);
  }
  in(bytes: Uint8Array, port: JudgedFrame['port'] = 'P', mark?: number): readonly Finding[] {
    return this.#judge(bytes, port, 'to-dut', mark);
  }
  unknown(bytes: Uint8Array): readonly Finding[] {
    return this.#judge(bytes, undefined, 'unknown');
  }
  wait(durationMs: number): void {
    this.#timestampNs += BigInt(durationMs) * 1_000_000n;
  }
  judged(requirement: string): number {
    return this.engine.judged.get(requirement) ?? -1;
  }
  #judge(
    bytes: Uint8Array,
    port: JudgedFrame['port'],
    direction: JudgedFrame['direction'],
    mark?: number,
  ): readonly Finding[] {
    this.#timestampNs += 10_000n;
    const judged: JudgedFrame = {
      number: ++this.#number,
      port,
      direction,
      timestampNs: this.#timestampNs,
      bytes,
      ...(mark === undefined ? {} : { mark }),
    };
    const found = this.engine.judge(judged);
    this.findings.push(...found);
    return found;
  }
}

/** Ids of what one frame from the DUT violates, in order. */
export function idsOf(findings: readonly Finding[]): string[] {
  return findings.map(({ requirement }) => requirement).toSorted();
}
