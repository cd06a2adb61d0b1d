export { ruleContextOf, type RuleContext, type RuleContextOptions } from './context.ts';
export { createDissection, dissect, type Dissection, type Framing } from './dissection.ts';
export { embeddedArithmetic, type EmbeddedArithmetic } from './embedded.ts';
export { createRuleEngine, ruleIds, type RuleEngine } from './engine.ts';
export type { Finding, FindingPlace, JudgedFrame } from './finding.ts';
export { prefixMatch, type PrefixMatch } from './prefix-match.ts';
export type { QuickFrame } from './quick/headers.ts';
export type { QuickPacket } from './quick/packet.ts';
export { ipv4Text } from './text.ts';
