/** What a frame costs in memory: packets for each second of processor time, and bytes of the heap for each packet. */
import { MacAddress } from '../../harness/packet/mac-address.ts';
import { CountedNode, framesOf, loopLab } from './loop.ts';

export interface MemoryRow {
  readonly what: string;
  /** Frames for each second of processor time of all threads, one for each round. */
  readonly perProcessorSecond: number[];
  readonly perSecond: number[];
  readonly heapBytesPerFrame: number;
}

export interface MemoryOptions {
  readonly sizeBytes: number;
  readonly rounds: number;
  readonly framesPerRound: number;
}

const MACS = {
  P: MacAddress.parse('02:41:00:00:00:01'),
  U: MacAddress.parse('02:41:00:00:00:02'),
  U2: MacAddress.parse('02:41:00:00:00:03'),
};
const HEAP_BATCHES = 100;
const HEAP_BATCH_FRAMES = 10_000;
/** The ordinary path is too slow for as many rounds of full length. */
const ORDINARY_SHARE = 8;

interface Work {
  readonly what: string;
  readonly share: number;
  readonly run: (count: number) => void;
}

const copying = (frames: readonly Uint8Array[]): Work => {
  const room = new Uint8Array(2048);
  return {
    what: 'a bare copy of the frame',
    share: 1,
    run: (count) => {
      for (let sent = 0; sent < count;) {
        for (const frame of frames) room.set(frame, 20);
        sent += frames.length;
      }
    },
  };
};

/** In turns, so that whatever else the machine does meets all of them alike. */
export const measureMemory = ({ sizeBytes, rounds, framesPerRound }: MemoryOptions): MemoryRow[] => {
  const labFacts = loopLab({ macs: MACS, interfaceName: (port) => port });
  const frames = framesOf(labFacts.lab, sizeBytes);
  const nativeBytes = sizeBytes - 4;
  const nodeWork = (what: string, isFast: boolean): readonly Work[] => {
    const share = isFast ? 1 : 1 / ORDINARY_SHARE;
    const into = new CountedNode(labFacts, isFast);
    const outOf = new CountedNode(labFacts, isFast);
    into.learn('P', frames.encap);
    outOf.learn('U', frames.decap);
    return [
      { what: `encapsulation${what}`, share, run: (count) => into.carry('P', frames.encap, count, nativeBytes + 20) },
      { what: `decapsulation${what}`, share, run: (count) => outOf.carry('U', frames.decap, count, nativeBytes) },
    ];
  };
  const works = [copying(frames.encap), ...nodeWork('', true), ...nodeWork(', ordinary path', false)];
  for (const work of works) work.run(framesPerRound * work.share);
  const rows = works.map((work) => ({
    what: work.what,
    perProcessorSecond: [] as number[],
    perSecond: [] as number[],
    heapBytesPerFrame: heapBytesOf(work, Math.min(framesPerRound, HEAP_BATCH_FRAMES) * work.share),
  }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, work] of works.entries()) {
      const count = framesPerRound * work.share;
      const clock = performance.now();
      const processor = process.cpuUsage();
      work.run(count);
      const { user, system } = process.cpuUsage(processor);
      rows[index]?.perSecond.push((count / (performance.now() - clock)) * 1000);
      rows[index]?.perProcessorSecond.push((count / (user + system)) * 1e6);
    }
  }
  return rows;
};

/** Growth of the heap; a batch in which it was collected counts for nothing. */
const heapBytesOf = (work: Work, frames: number): number => {
  const growth: number[] = [];
  for (let batch = 0; batch < HEAP_BATCHES; batch++) {
    const before = process.memoryUsage().heapUsed;
    work.run(frames);
    const grown = process.memoryUsage().heapUsed - before;
    if (grown >= 0) growth.push(grown / frames);
  }
  return growth.toSorted((left, right) => left - right)[Math.floor(growth.length / 2)] ?? NaN;
};
