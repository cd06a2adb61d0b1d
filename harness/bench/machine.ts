import { cpus, loadavg, release, totalmem } from 'node:os';
import type { BenchMachine } from './result.ts';

/** The machine that tester and DUT share, as far as it matters for figures. */
export const machineFacts = (loadBefore: number): BenchMachine => {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    kernel: release(),
    runtime: `Node.js ${process.version}`,
    loadBefore,
    loadAfter: currentLoad(),
  };
};

export const currentLoad = (): number => loadavg()[0] ?? 0;
