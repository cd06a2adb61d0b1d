/** The live reference beside programs in C that do the same: the same frames, over the same kind of devices, in turns. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { execa, execaSync } from 'execa';
import { Ipv4Address } from '../../harness/address/ipv4-address.ts';
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { ip, makeLinks, NETNS_PORTS, testerInterface } from '../../harness/node/netns/links.ts';
import { NetworkNamespace } from '../../harness/node/netns/index.ts';
import { Players } from '../../harness/tester/players.ts';
import { AfPacketWire } from '../../harness/wire/interface/afpacket-wire.ts';
import type { PortName } from '../../harness/wire/wire.ts';
import { framesOf, loopLab, type LoopLab } from './loop.ts';

export interface LiveRow {
  readonly what: string;
  readonly direction: 'encapsulation' | 'decapsulation';
  readonly perProcessorSecond: number[];
  readonly perSecond: number[];
  lost: number;
}

export interface LiveOptions {
  readonly sizeBytes: number;
  readonly rounds: number;
  readonly framesPerTrial: number;
}

/** On their way at any time; the queues of the sockets hold many times as many. */
const WINDOW = 512;
const LEARNING_MS = 1000;
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const LIVE_NODE = fileURLToPath(new URL('live-node.ts', import.meta.url));
const PORTS = ['P', 'U'] as const;
type Port = (typeof PORTS)[number];
const nodeInterface = (port: PortName): string => NETNS_PORTS.get(port)?.interfaceName ?? '';
const macOf = (port: PortName): MacAddress => MacAddress.parse(NETNS_PORTS.get(port)?.macAddress ?? '');

/** Frames are for packet sockets; the kernel's own IP would look at each as well, in the time of whoever sends it. */
const keepFromKernel = (interfaceName: string): void => {
  execaSync('tc', ['qdisc', 'add', 'dev', interfaceName, 'clsact']);
  // A program of the classic packet filter: return 2, which is TC_ACT_SHOT.
  const drop = ['bpf', 'direct-action', 'bytecode', '1,6 0 0 2'];
  execaSync('tc', ['filter', 'add', 'dev', interfaceName, 'ingress', ...drop]);
};

/** Namespaces of one node and its tester, and the process in the node. They go when this process goes, however it ends. */
class Bed implements Disposable {
  readonly what: string;
  readonly tester = NetworkNamespace.create();
  readonly #node = NetworkNamespace.create();
  readonly #process: ChildProcess;

  private constructor(what: string, command: readonly string[]) {
    this.what = what;
    makeLinks(this.#node, this.tester);
    this.tester.enter(() => PORTS.forEach((port) => keepFromKernel(testerInterface(port))));
    this.#process = this.#node.enter(() => {
      ip(PORTS.map((port) => `link set dev ${nodeInterface(port)} addrgenmode none mtu 1500 up`));
      PORTS.forEach((port) => keepFromKernel(nodeInterface(port)));
      return spawn('setpriv', ['--pdeathsig', 'KILL', ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
    });
  }

  /** Once it has said `ready`. @throws Error when it ends before */
  static async start(what: string, command: readonly string[], input: string): Promise<Bed> {
    const bed = new Bed(what, command);
    bed.#process.stdin?.end(input);
    await new Promise<void>((ready, failed) => {
      bed.#process.once('exit', (code) =>
        failed(new Error(`expected ${what} to get ready, found exit ${String(code)}`)),
      );
      bed.#process.stdout?.once('data', () => ready());
    });
    return bed;
  }

  /** Of all threads, by the scheduler of this machine (Documentation/scheduler/sched-stats.rst of Linux). */
  processorNs(): number {
    const folder = `/proc/${String(this.#process.pid)}/task`;
    return readdirSync(folder)
      .map((thread) => Number(readFileSync(join(folder, thread, 'schedstat'), 'utf8').split(' ')[0]))
      .reduce((sum, ns) => sum + ns, 0);
  }

  /** Answers for the neighbours until what is sent comes out. */
  async learn({ lab }: LoopLab, port: Port, frames: readonly Uint8Array[]): Promise<void> {
    const players = new Players(lab);
    const wires = new Map(
      PORTS.map((name) => [
        name,
        this.tester.enter(() => new AfPacketWire({ port: name, interfaceName: testerInterface(name) })),
      ]),
    );
    for (const [name, wire] of wires)
      wire.onFrame((frame) => {
        const reply = players.replyTo(name, frame);
        if (reply !== undefined) wire.send(reply);
      });
    wires.get(port)?.sendAll(frames);
    await wait(LEARNING_MS);
    await Promise.all([...wires.values()].map((wire) => wire.close()));
  }

  [Symbol.dispose](): void {
    this.#process.removeAllListeners('exit');
    this.#process.kill('SIGKILL');
    this.#node[Symbol.dispose]();
    this.tester[Symbol.dispose]();
  }
}

/** @throws Error without a compiler for C, or where namespaces cannot be made */
export const measureLive = async ({ sizeBytes, rounds, framesPerTrial }: LiveOptions): Promise<LiveRow[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-bench-reference-'));
  try {
    const load = await compiled(folder, 'load');
    const facts = loopLab({ macs: { P: macOf('P'), U: macOf('U'), U2: macOf('U2') }, interfaceName: nodeInterface });
    const { lab, setup } = facts;
    const router = Ipv4Address.parse('10.0.0.252');
    const facing = [nodeInterface('P'), nodeInterface('U'), lab.n1.ipv4.toString(), '5', '1', '64'];
    const neighbours = [lab.macOf(router).toString(), lab.macOf(lab.n1.pod()).toString()];
    using reference = await Bed.start(
      'the reference',
      [process.execPath, '--import', TSX, LIVE_NODE, folder],
      JSON.stringify(setup),
    );
    const startProgram = async (what: string, batchFrames: number): Promise<Bed> =>
      Bed.start(what, [await compiled(folder, 'forward', batchFrames), ...facing, ...neighbours], '');
    // One source: as many frames with a system call as the reference, and as most tunnels in user space have.
    using batching = await startProgram('C, up to 128 frames with a system call', 128);
    using single = await startProgram('C, one frame with a system call', 1);
    const { encap, decap } = framesOf(lab, sizeBytes);
    const rows = [reference, batching, single].flatMap((bed) =>
      (['encapsulation', 'decapsulation'] as const).map((direction) => ({
        bed,
        row: { what: bed.what, direction, perProcessorSecond: [], perSecond: [], lost: 0 } as LiveRow,
      })),
    );
    await reference.learn(facts, 'P', encap);
    await reference.learn(facts, 'U', decap);
    // The first round warms up.
    for (let round = -1; round < rounds; round++) {
      // Nobody is always the first after somebody else.
      for (const { bed, row } of round % 2 === 0 ? rows : rows.toReversed()) {
        const [from, to, frames] =
          row.direction === 'encapsulation' ? (['P', 'U', encap] as const) : (['U', 'P', decap] as const);
        const processor = bed.processorNs();
        const { stdout } = await bed.tester.enter(() =>
          execa(
            load,
            [testerInterface(from), testerInterface(to), framesPerTrial, WINDOW, frames[0]?.length ?? 0].map(String),
            { input: Buffer.concat(frames) },
          ),
        );
        const [sent = 0, back = 0, ns = 0] = stdout.split(' ').map(Number);
        const spentNs = bed.processorNs() - processor;
        if (round < 0) continue;
        row.lost += sent - back;
        row.perSecond.push((back / ns) * 1e9);
        row.perProcessorSecond.push((back / spentNs) * 1e9);
      }
    }
    return rows.map(({ row }) => row);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const compiled = async (folder: string, name: string, batchFrames?: number): Promise<string> => {
  const source = fileURLToPath(new URL(`c/${name}.c`, import.meta.url));
  const program = join(folder, `${name}-${String(batchFrames ?? '')}`);
  await execa('cc', ['-O2', ...(batchFrames === undefined ? [] : [`-DBATCH=${batchFrames}`]), '-o', program, source]);
  return program;
};
