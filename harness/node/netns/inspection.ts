import { execFileSync } from 'node:child_process';
import { readdir, readlink } from 'node:fs/promises';
import type { NodeInspection } from '../node.ts';
import type { NetworkNamespace } from './network-namespace.ts';
import type { ProcessSpace } from './process-space.ts';

/** What a target can leave behind, each with the program that tells it; where there is none, nothing is told. */
const QUESTIONS = [
  ['interface', 'ip', '-o', 'link', 'show'],
  ['address', 'ip', '-o', 'address', 'show'],
  ['IPv4 route', 'ip', '-4', 'route', 'show', 'table', 'all'],
  ['IPv6 route', 'ip', '-6', 'route', 'show', 'table', 'all'],
  ['IPv4 rule', 'ip', '-4', 'rule', 'show'],
  ['IPv6 rule', 'ip', '-6', 'rule', 'show'],
  ['packet filter', 'nft', 'list', 'ruleset'],
  ['queue', 'tc', 'qdisc', 'show'],
] as const;

export const inspectNetns = (node: NetworkNamespace, space: ProcessSpace): NodeInspection => {
  const { inode } = node;
  return {
    state: async () => [
      ...QUESTIONS.flatMap(([what, file, ...parameters]) =>
        node.enter(() => linesOf(file, parameters)).map((line) => `${what} ${line}`),
      ),
      ...(await space.processes()).map(({ name }) => `process ${name}`),
    ],
    remains: async () => {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      const holders = await Promise.all(pids.map(async (pid) => ((await networkOf(pid)) === inode ? pid : undefined)));
      return holders.filter((pid) => pid !== undefined).map((pid) => `process ${pid} in the namespace of the node`);
    },
  };
};

const linesOf = (file: string, parameters: readonly string[]): string[] => {
  try {
    const text = execFileSync(file, parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map(withoutChance);
  } catch (error) {
    // EACCES comes of a folder in PATH that this user may not look into.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return [];
    throw error;
  }
};

/** A device that was made anew has another number, and so has what names it. */
const withoutChance = (line: string): string => line.replace(/^\d+: /, '').replace(/\s+/g, ' ');

const networkOf = async (pid: string): Promise<string | undefined> => {
  try {
    return await readlink(`/proc/${pid}/ns/net`);
  } catch {
    return undefined; // it has ended, or is somebody else's
  }
};
