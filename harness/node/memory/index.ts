export { startMemoryNode } from './memory-node.ts';
export type { MemoryNodeOptions } from './memory-node.ts';
export { startModelledNode } from './modelled-node.ts';
