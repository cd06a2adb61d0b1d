export { startNetnsNode } from './netns-node.ts';
export type { NetnsNodeOptions } from './netns-node.ts';
export type { NetnsSession, NetnsTarget } from './netns-session.ts';
export { NetworkNamespace } from './network-namespace.ts';
export { probeNetns, USER_NAMESPACE, whyNoTun, type NetnsPossibility } from './probe.ts';
