import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { findHeader } from '../../../scripts/requirements.mjs';
import type { Check } from './check.ts';
import { dockerChecks } from './docker.ts';

const NODE_MODULES = fileURLToPath(new URL('../../../node_modules/', import.meta.url));
const PRODUCTS = { pcap: 'pcap/build/Release/pcap_binding.node', cap: 'cap/build/Release/cap.node' } as const;

/** What the nodes netns and docker need; of the first one is made, without a target in it. */
export const netnsChecks = async (): Promise<Check[]> => [
  await namespaceCheck(),
  await tunCheck(),
  ...(await dockerChecks()),
  ...(await Promise.all((['pcap', 'cap'] as const).map(packageCheck))),
];

const namespaceCheck = async (): Promise<Check> => {
  const why = 'targets that are processes run there (--node netns)';
  const facts = { name: 'network namespaces', neededForDefaultRun: false, why };
  try {
    const { probeNetns } = await import('../../node/netns/index.ts');
    const possibility = await probeNetns();
    if (possibility.kind === 'yes') return { ...facts, state: 'ok', found: 'made two, joined, with a packet socket' };
    if (possibility.kind === 'in a user namespace')
      return { ...facts, state: 'ok', found: 'not as this user, but in a user namespace; run enters one by itself' };
    return { ...facts, state: 'limited', found: possibility.reason, remedy: 'be root, with iproute2 and util-linux' };
  } catch (error) {
    // koffi has no program for every platform.
    return { ...facts, state: 'limited', found: error instanceof Error ? error.message : String(error) };
  }
};

const tunCheck = async (): Promise<Check> => {
  const facts = { name: 'TUN devices', neededForDefaultRun: false, why: 'targets in user space often need one' };
  try {
    const { whyNoTun } = await import('../../node/netns/index.ts');
    const reason = whyNoTun();
    return reason === undefined
      ? { ...facts, state: 'ok', found: '/dev/net/tun' }
      : { ...facts, state: 'limited', found: reason };
  } catch (error) {
    return { ...facts, state: 'limited', found: error instanceof Error ? error.message : String(error) };
  }
};

const packageCheck = async (name: keyof typeof PRODUCTS): Promise<Check> => {
  const facts = { name: `npm package ${name}`, neededForDefaultRun: false, why: `--wire ${name} is made of it` };
  try {
    await access(`${NODE_MODULES}${PRODUCTS[name]}`);
    return { ...facts, state: 'ok', found: 'compiled' };
  } catch {
    const header = findHeader('pcap/pcap.h');
    return {
      ...facts,
      state: 'limited',
      found: header === undefined ? 'not compiled, and libpcap-dev is not installed' : 'not compiled',
      remedy: `npm install && npm rebuild ${name}`,
    };
  }
};
