import { execFileSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { NetworkNamespace, probeNetns } from '../../../harness/node/netns/index.ts';
import { makeLinks, NETNS_PORTS, testerInterface } from '../../../harness/node/netns/links.ts';
import type { InterfaceWire } from '../../../harness/wire/interface/interface-wire.ts';
import type { PortName } from '../../../harness/wire/wire.ts';
import { findCommand } from '../../../scripts/requirements.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Why network namespaces cannot be had here, or undefined. */
export const whyNoNetns = async (): Promise<string | undefined> => {
  if (process.platform !== 'linux') return `needs Linux, this is ${process.platform}`;
  const possibility = await probeNetns();
  if (possibility.kind === 'yes') return undefined;
  return possibility.kind === 'no' ? possibility.reason : 'needs root (or to be run in a user namespace)';
};

/** Before a command line: somebody without rights runs it. */
export const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const;

/** Why nobody without rights can have network namespaces here, or undefined. */
export const whyNoUserNamespace = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) return 'needs root, to become somebody without rights';
  const [file, ...nobody] = asNobody;
  if (findCommand(file) === undefined) return `${file} is not installed`;
  const run = (...command: readonly string[]) => execa(file, [...nobody, ...command], { reject: false });
  if ((await run('test', '-r', join(ROOT, 'run.ts'))).failed) return 'the project lies where others may not read';
  const probe = await run('unshare', '--user', '--map-root-user', '--net', 'ip', 'link', 'add', 'type', 'veth');
  return probe.failed ? `this machine has no user namespaces for everybody: ${probe.stderr}` : undefined;
};

/** Two namespaces joined as those of a node, without anything in them. */
export class LinkedNamespaces implements Disposable {
  readonly node = NetworkNamespace.create();
  readonly tester = NetworkNamespace.create();

  constructor() {
    makeLinks(this.node, this.tester);
    for (const port of ['P', 'U'] as const) this.inNode('ip', 'link', 'set', 'dev', this.nodeInterface(port), 'up');
  }

  nodeInterface(port: PortName): string {
    return NETNS_PORTS.get(port)?.interfaceName ?? '';
  }

  testerInterface(port: PortName): string {
    return testerInterface(port);
  }

  inNode(file: string, ...parameters: readonly string[]): string {
    return this.node.enter(() => execFileSync(file, parameters, { encoding: 'utf8' }));
  }

  inTester(file: string, ...parameters: readonly string[]): string {
    return this.tester.enter(() => execFileSync(file, parameters, { encoding: 'utf8' }));
  }

  [Symbol.dispose](): void {
    this.node[Symbol.dispose]();
    this.tester[Symbol.dispose]();
  }
}

export interface HeardFrame {
  readonly frame: Uint8Array;
  readonly timestampNs: bigint;
}

/** Keeps what a wire hears; `until` waits for a number of frames, for a second. */
export class Ear {
  readonly heard: HeardFrame[] = [];
  #waiting: (() => void) | undefined;

  constructor(wire: InterfaceWire) {
    wire.onFrame((frame, timestampNs) => {
      this.heard.push({ frame, timestampNs });
      this.#waiting?.();
    });
  }

  async until(count: number, limitMs = 1000): Promise<readonly HeardFrame[]> {
    const deadline = setTimeout(() => this.#waiting?.(), limitMs);
    const startedMs = performance.now();
    while (this.heard.length < count && performance.now() - startedMs < limitMs)
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    clearTimeout(deadline);
    return this.heard;
  }
}

/** A frame to a MAC address of its own, with a number in its payload. */
export const numberedFrame = (number: number, lengthBytes = 60): Uint8Array => {
  const frame = new Uint8Array(lengthBytes);
  frame.set([0x02, 0x55, 0, 0, 0, 1, 0x02, 0x41, 0, 0, 0, 1, 0x88, 0xb5]);
  if (lengthBytes >= 18) new DataView(frame.buffer).setUint32(14, number);
  return frame;
};

export const numberOf = ({ frame }: HeardFrame): number => new DataView(frame.buffer, frame.byteOffset).getUint32(14);

export const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

/** Makes the folder of a target; programs are shell scripts. */
export const writeTarget = async (
  folder: string,
  kind: 'script' | 'process',
  programs: Readonly<Partial<Record<'up' | 'down' | 'stats', string>>>,
): Promise<string> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'target.json'), JSON.stringify({ name: 'acme', kind, description: 'a fixture' }));
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return folder;
};
