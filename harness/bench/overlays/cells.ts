import type { TextTable } from '../../report/layout.ts';
import { durationText } from '../../report/duration.ts';
import type { Spread } from '../result.ts';
import type { ClusterEvent, EventId, OverlayRow, OverlaysResult } from './result.ts';

/** For what was not measured, or does not exist. */
const NONE = '-';

const ratio = ({ median, low, high }: Spread): string =>
  `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;

/** What packets pay. */
export const packetTable = ({ rows, method }: OverlaysResult): TextTable => ({
  header: [
    'overlay',
    'bytes added',
    'pod MTU',
    ...method.frameSizesBytes.map((size) => `throughput at ${String(size)}`),
    ...method.frameSizesBytes.map((size) => `latency at ${String(size)}`),
    'latency of first packets',
  ],
  rows: rows.map((row) => [
    row.title,
    bytesAdded(row),
    row.podMtu === undefined ? NONE : String(row.podMtu.bytes),
    ...method.frameSizesBytes.map((size) => {
      const found = row.throughput.find(({ clock }) => clock.frameSizeBytes === size);
      return found === undefined ? NONE : ratio((found.processor ?? found.clock).ratio);
    }),
    ...method.frameSizesBytes.map((size) => {
      const found = row.latency.find(({ frameSizeBytes }) => frameSizeBytes === size);
      return found === undefined ? NONE : ratio(found.ratio);
    }),
    row.firstPackets === undefined ? NONE : ratio(row.firstPackets.ratio),
  ]),
  numeric: [1, 2],
});

const bytesAdded = ({ bytesAdded: added }: OverlayRow): string => {
  if (added === undefined) return NONE;
  return added.least === added.most ? String(added.least) : `${String(added.least)} to ${String(added.most)}`;
};

/** What nodes have to know, and to be told. */
export const stateTable = ({ rows }: OverlaysResult): TextTable => ({
  header: [
    'overlay',
    'entries',
    'of them',
    'per node',
    'per pod',
    'pod moves, new address',
    'until all have it',
    'pod moves with its address',
    'until all have it',
  ],
  rows: rows.map((row) => [
    row.title,
    row.entries === undefined ? NONE : String(row.entries.total),
    row.entries === undefined
      ? NONE
      : Object.entries(row.entries.all)
          .map(([kind, count]) => `${kind} ${String(count)}`)
          .join(', '),
    added(row, 'node-joins'),
    added(row, 'pod-starts'),
    ...moveCells(eventOf(row, 'pod-moves-new-address')),
    ...moveCells(eventOf(row, 'pod-moves-same-address')),
  ]),
  numeric: [1, 3, 4],
});

const eventOf = ({ events }: OverlayRow, id: EventId): ClusterEvent | undefined =>
  events.find(({ event }) => event === id);

const added = (row: OverlayRow, id: EventId): string => {
  const event = eventOf(row, id);
  return event?.entriesAdded === undefined ? NONE : String(event.entriesAdded);
};

const moveCells = (event: ClusterEvent | undefined): [updates: string, time: string] => {
  if (event === undefined) return [NONE, NONE];
  if (event.impossible !== undefined) return ['not possible', NONE];
  const { entriesAdded = 0, entriesRemoved = 0, messages = 0, untilAllMs = 0 } = event;
  const changed = Math.max(entriesAdded, entriesRemoved);
  if (changed === 0 && messages === 0) return ['0', 'nothing to tell'];
  const work = event.workMs === undefined ? '' : ` (${durationText(event.workMs)} of work)`;
  return [`${String(changed)} (${String(messages)} reported)`, `${durationText(untilAllMs)}${work}`];
};

/** What the tables have no room for, and what is missing in them. */
export const noteLines = ({ rows, notMeasured }: OverlaysResult): string[] => [
  ...rows.flatMap(({ title, podMtu, learned }) => [
    ...(podMtu === undefined || podMtu.beyond === 'packet too big'
      ? []
      : [`${title}: a packet of a pod that is a byte larger than the MTU: ${podMtu.beyond}`]),
    ...(learned === undefined
      ? []
      : [
          `${title}: ${String(learned.routes)} routes learned from ${String(learned.advertised)} advertisements in ${learned.seconds.toFixed(1)} s; trials with all of them in place`,
        ]),
  ]),
  ...reachedLines(rows, true, 'the first packet reached a pod with a new address of which no other node had been told'),
  ...reachedLines(rows, false, 'the first packet did NOT reach a pod with a new address'),
  ...lossLines(rows),
  ...rows.flatMap((row) => row.notMeasured.map(({ what, why }) => `${row.title}: not measured: ${what}: ${why}`)),
  ...notMeasured.map(({ what, why }) => `not measured: ${what}: ${why}`),
];

const reachedLines = (rows: readonly OverlayRow[], reached: boolean, text: string): string[] => {
  const titles = rows.filter(({ unknownPodReached }) => unknownPodReached === reached).map(({ title }) => title);
  return titles.length === 0 ? [] : [`${text}: ${titles.join('; ')}`];
};

const lossLines = (rows: readonly OverlayRow[]): string[] =>
  rows.flatMap(({ title, throughput }) => {
    const lost = throughput.reduce((sum, each) => sum + each.lost, 0);
    const sent = throughput.reduce((sum, each) => sum + each.sent, 0);
    return lost === 0 ? [] : [`${title}: ${String(lost)} of ${String(sent)} packets lost in trials of throughput`];
  });

/** How each was set up. */
export const driverLines = ({ rows }: OverlaysResult): string[] =>
  rows.map(({ title, driver }) => `${title}: ${driver}`);

/** How to read the tables. */
export const legendLines = ({ method, machine, guest, rows }: OverlaysResult): string[] => {
  const byProcessor = rows.every(({ throughput }) => throughput.every(({ processor }) => processor !== undefined));
  return [
    `${String(method.nodes)} nodes with ${String(method.podsPerNode)} pods each; Linux ${guest.kernelRelease} (${guest.accelerator}) on ${machine.cpu}, ${String(machine.cores)} cores, load ${machine.loadBefore.toFixed(1)} before and ${machine.loadAfter.toFixed(1)} after`,
    `ratios to native IPv6 between the same two nodes, median of ${String(method.pairs)} pairs of trials in turns and its 95 % interval; frame sizes with FCS`,
    byProcessor
      ? "throughput: packets for each second of the machine's processor, through both nodes"
      : 'throughput: packets per second by the clock, because this machine does not tell what its virtual one costs',
    `a move: entries that change in every node, changes that its kernel reports, and the time until ${String(method.listeners)} nodes have it, told one after the other by the programs of the system, with what of it is work of the machine's processor`,
  ];
};
