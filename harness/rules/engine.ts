import { createDissection, dissect, dissectNetwork, dissectOuterIpv6, type Dissection } from './dissection.ts';
import { PAIR_RULES } from './both-sides/index.ts';
import { Pairing } from './both-sides/pairing.ts';
import type { Pair, PairJudge } from './both-sides/pair.ts';
import type { RuleContext } from './context.ts';
import { ForwardedPackets, isEmitted } from './emission.ts';
import { compileFacts } from './facts.ts';
import type { Finding, FindingPlace, JudgedFrame, Report } from './finding.ts';
import { PASSIVE_RULES } from './passive/index.ts';
import { createQuickEngine, type QuickVerdict } from './quick/engine.ts';
import type { QuickFrame } from './quick/headers.ts';
import { createQuickPacket, type QuickPacket } from './quick/packet.ts';
import type { Judge, PassiveRule, RuleScope, StatefulJudge } from './rule.ts';

/**
 * Judges the frames of one DUT in the order in which they were seen. One engine serves one set-up: a DUT that was restarted may number its
 * packets anew, and one with other addresses needs another context.
 */
export interface RuleEngine {
  /** What is wrong with a frame; the same empty array every time nothing is. Frames of the tester itself give no findings. */
  judge(frame: JudgedFrame): readonly Finding[];
  /**
   * Judges a frame of unknown direction and port in place, where its headers show that all is well. One that is not judged is to be given
   * to `judge`, before any other frame. Undefined where the quick path does not know this set-up.
   */
  readonly quick: ((frame: QuickFrame) => QuickVerdict) | undefined;
  /** The tunnel packet that `quick` passed last; the same object every time. */
  readonly quickPacket: QuickPacket;
  /** What has become clear of frames before; the same empty array every time nothing has. Call it after `judge`. */
  late(): readonly Finding[];
  /** What only the end shows; call it once, after the last frame. */
  finish(): readonly Finding[];
  /** Packets that came out of the DUT and were not seen to go in, as they are or changed: its own, or not captured. */
  readonly unpairedOutputs: number;
  /** Packets that were changed in the DUT, from one of several that went in. */
  readonly ambiguousOutputs: number;
  /** What was not judged in packets that their sender had not finished, each a sentence about so many of them. */
  readonly leftToCard: ReadonlyMap<string, number>;
  /** How many frames each applicable requirement was really judged on, so that silence is not mistaken for approval. */
  readonly judged: ReadonlyMap<string, number>;
}

const NOTHING: readonly Finding[] = Object.freeze([]);

interface Running<Judgement> {
  readonly requirement: string;
  readonly judge: Judgement;
  /** Index into the counters, shared by rules of one requirement. */
  readonly counter: number;
}

/** The ids of all requirements that some rule judges, in the order of the catalogue. */
export const ruleIds: readonly string[] = [
  ...new Set([...PASSIVE_RULES, ...PAIR_RULES].map(({ requirement }) => requirement)),
].toSorted();

export function createRuleEngine(context: RuleContext): RuleEngine {
  const facts = compileFacts(context);
  const hasOuterIpv6 = facts.switches.outerFamily === 'ipv6';
  // Rules of outer headers know IPv4, unless they say otherwise.
  const passiveRules = PASSIVE_RULES.filter(
    (rule) => (!hasOuterIpv6 || rule.scope === 'emitted' || rule.knowsOuterIpv6 === true) && rule.appliesTo(facts),
  );
  const applicablePairRules = PAIR_RULES.filter((rule) => rule.appliesTo(facts));
  const judgedIds = new Set([...passiveRules, ...applicablePairRules].map((rule) => rule.requirement));
  const ids = ruleIds.filter((id) => judgedIds.has(id));
  const counters = new Float64Array(ids.length);
  const stateful: { readonly requirement: string; readonly state: StatefulJudge }[] = [];
  const packet = createDissection(facts.tunnelPort, facts.profile.encapsulation.kind);
  const pairing = new Pairing(facts, packet);
  const forwarded = new ForwardedPackets();

  const start = (rule: PassiveRule): Running<Judge> => {
    const counter = ids.indexOf(rule.requirement);
    if ('judge' in rule) return { requirement: rule.requirement, judge: rule.judge, counter };
    const state = rule.create(facts);
    stateful.push({ requirement: rule.requirement, state });
    return { requirement: rule.requirement, judge: state.judge, counter };
  };
  const running = (scope: RuleScope) => passiveRules.filter((rule) => rule.scope === scope).map(start);
  const emittedRules = running('emitted');
  const headerRules = running('header');
  const innerRules = running('inner');
  const pairRules: readonly Running<PairJudge>[] = applicablePairRules.map((rule) => ({
    requirement: rule.requirement,
    judge: rule.create(facts),
    counter: ids.indexOf(rule.requirement),
  }));

  const quickly = createQuickEngine(
    facts,
    [...emittedRules, ...headerRules, ...innerRules],
    stateful.map(({ state }) => state),
    counters,
  );

  let findings: Finding[] | undefined;
  let requirement = '';
  let frameNumber = 0;
  const report: Report = (expected, actual, place) => {
    findings ??= [];
    findings.push(finding(requirement, frameNumber, expected, actual, place));
  };

  const run = (rules: readonly Running<Judge>[], frame: JudgedFrame): void => {
    for (const rule of rules) {
      requirement = rule.requirement;
      if (rule.judge(packet, facts, report, frame)) counters[rule.counter] = (counters[rule.counter] ?? 0) + 1;
    }
  };

  const judgePassively = (frame: JudgedFrame): boolean => {
    if (!isEmitted(packet, frame, facts)) {
      if (frame.direction === 'to-dut' && packet.ipv4At >= 0) forwarded.remember(packet);
      return false;
    }
    packet.fromDut = frame.direction === 'from-dut';
    const isOwn =
      packet.ipv4At < 0 || facts.dutIpv4.includes(packet.ipv4Source) || !packet.fromDut || !forwarded.has(packet);
    if (!isOwn) return false;
    run(emittedRules, frame);
    // In an overlay over UDP or GRE, bare protocol 41 is no tunnel packet but an offence against the framing.
    if (packet.framing !== facts.framing) return false;
    run(headerRules, frame);
    if (packet.ipv6At >= 0) run(innerRules, frame);
    return true;
  };

  const takeApart = ({ bytes, network, port }: JudgedFrame, out: Dissection): boolean => {
    const isIp =
      network === undefined ? dissect(bytes, out) : dissectNetwork(bytes, network.at, network.etherType, 0, out);
    if (isIp && hasOuterIpv6 && port !== 'P' && out.ipv6At >= 0 && out.ipv4At < 0) dissectOuterIpv6(out);
    return isIp;
  };

  const judgePair = (pair: Pair): void => {
    for (const rule of pairRules) {
      requirement = rule.requirement;
      if (rule.judge(pair, facts, report)) counters[rule.counter] = (counters[rule.counter] ?? 0) + 1;
    }
  };

  const latePacket = createDissection(facts.tunnelPort, facts.profile.encapsulation.kind);
  const findLate = (isAll: boolean): readonly Finding[] => {
    findings = undefined;
    pairing.late(
      isAll,
      (frame) => {
        takeApart(frame, latePacket);
        return latePacket;
      },
      (pair, frame) => {
        frameNumber = frame.number;
        judgePair(pair);
      },
    );
    return findings ?? NOTHING;
  };

  return {
    judge(frame) {
      if (!takeApart(frame, packet)) return NOTHING;
      frameNumber = frame.number;
      findings = undefined;
      const isTunnel = judgePassively(frame);
      const pair = pairing.observe(packet, frame, isTunnel);
      if (pair !== undefined) judgePair(pair);
      quickly?.learn(frame.number);
      return findings ?? NOTHING;
    },
    late: () => (pairing.isDue ? findLate(false) : NOTHING),
    quick: quickly?.pass,
    quickPacket: quickly?.packet ?? createQuickPacket(),
    finish() {
      const late: Finding[] = [...findLate(true)];
      for (const { requirement: id, state } of stateful) {
        state.finish?.((number, expected, actual, place) => late.push(finding(id, number, expected, actual, place)));
      }
      return late;
    },
    get unpairedOutputs() {
      return pairing.unpairedOutputs;
    },
    get ambiguousOutputs() {
      return pairing.ambiguousOutputs;
    },
    leftToCard: facts.leftToCard,
    get judged() {
      return new Map(ids.map((id, index) => [id, (counters[index] ?? 0) + (quickly?.judged(index) ?? 0)]));
    },
  };
}

function finding(
  requirement: string,
  frameNumber: number,
  expected: string | readonly string[],
  actual: string,
  place: FindingPlace = {},
): Finding {
  return { requirement, frameNumber, expected: typeof expected === 'string' ? [expected] : expected, actual, ...place };
}
