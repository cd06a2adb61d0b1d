import type { OverlayGuest } from './guest.ts';
import { OverlayBenchError } from './overlay-bench-error.ts';
import { UNDERLAY_DEVICE } from './overlay.ts';

/** Each is a wait of 50 ms. */
const MARK_TRIES = 200;
const MARK_TRIES_AT_START = 10;
const START_ATTEMPTS = 12;

/** Files in the guest, one for each program that reports what its kernel says of changes. */
const FILES = { ip: '/run/monitor.ip', bridge: '/run/monitor.bridge', nft: '/run/monitor.nft' } as const;

const START = (node: string): string => `
ip -n ${node} -o monitor all >${FILES.ip} 2>&1 </dev/null &
bridge -n ${node} -o monitor fdb >${FILES.bridge} 2>&1 </dev/null &
ip netns exec ${node} nft monitor >${FILES.nft} 2>&1 </dev/null &
`;

/**
 * Marks a place in all three reports, and waits until it has come: what a kernel reports keeps its order, so everything that was
 * changed before is in front of it.
 */
const MARK = (node: string, number: number, tries: number): string => `
ip -n ${node} route add blackhole ${routeMark(number)} &&
bridge -n ${node} fdb add ${forwardingMark(number)} dev ${UNDERLAY_DEVICE} self permanent &&
ip netns exec ${node} nft add table ip ${tableMark(number)} || exit 1
tries=0
until grep -q '${routeMark(number)}' ${FILES.ip} && grep -q '${forwardingMark(number)}' ${FILES.bridge} && grep -q '${tableMark(number)}$' ${FILES.nft}; do
  tries=$((tries + 1))
  [ $tries -lt ${String(tries)} ] || { echo "a monitor does not report mark ${String(number)}" >&2; exit 1; }
  sleep 0.05
done
`;

const routeMark = (number: number): string => `2001:db8:ffff::${String(number)}`;
const forwardingMark = (number: number): string => `02:ff:00:00:00:${String(number).padStart(2, '0')}`;
const tableMark = (number: number): string => `mark${String(number)}`;

/** Counts what the kernel of a node reports of changes to its tables. */
export class ChangeMonitor {
  readonly #guest: OverlayGuest;
  readonly #node: string;
  #marks = 0;

  private constructor(guest: OverlayGuest, node: string) {
    this.#guest = guest;
    this.#node = node;
  }

  static async start(guest: OverlayGuest, node: string): Promise<ChangeMonitor> {
    await guest.run(START(node), 'the start of the monitors');
    const monitor = new ChangeMonitor(guest, node);
    // A program listens some time after it was started: the first mark that all of them report proves that they do.
    for (let attempt = 1; ; attempt += 1) {
      try {
        await monitor.mark(MARK_TRIES_AT_START);
        return monitor;
      } catch (error) {
        if (!(error instanceof OverlayBenchError) || attempt === START_ATTEMPTS) throw error;
      }
    }
  }

  /** Ends what is counted, and returns the number of the mark. */
  async mark(tries = MARK_TRIES): Promise<number> {
    const number = (this.#marks += 1);
    await this.#guest.run(MARK(this.#node, number, tries), 'a mark in the reports of changes');
    return number;
  }

  /** The reports between two marks, one a line. */
  async between(from: number, to: number): Promise<string[]> {
    const texts = await this.#guest.run(
      Object.values(FILES)
        .map((file) => `cat ${file}; echo '=== end'`)
        .join('\n'),
      'the reports of changes',
    );
    return texts.stdout.split('=== end\n').flatMap((report) => reportsBetween(report, from, to));
  }
}

const marks = (number: number): RegExp =>
  new RegExp(`${routeMark(number)}(?![0-9])|${forwardingMark(number)}|${tableMark(number)}$`);
const ANY_MARK = /2001:db8:ffff::\d|02:ff:00:00:00:\d\d|table ip mark\d+$/;

/** `ip monitor` reports forwarding entries as neighbours; they are counted as `bridge monitor` reports them. */
const IS_FORWARDING = /^\[NEIGH\].* lladdr .* NOARP/;

/** Lines of one report between two marks; comments and what has no meaning of its own left out. */
export const reportsBetween = (report: string, from: number, to: number): string[] => {
  const lines = report.split('\n');
  const start = lines.findIndex((line) => marks(from).test(line));
  const end = lines.findIndex((line) => marks(to).test(line));
  if (start < 0 || end < 0) return [];
  return lines
    .slice(start + 1, end)
    .filter((line) => line.trim() !== '' && !line.startsWith('#') && !ANY_MARK.test(line) && !IS_FORWARDING.test(line));
};
