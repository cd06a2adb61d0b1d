import type { ClusterEvent, Comparison, OverlayRow, OverlaysResult } from '../../bench/overlays/result.ts';
import { carriedOf, overlayFigures } from '../bench/overlay-figures.ts';
import { spreadText } from '../bench/spread-text.ts';
import { durationText } from '../duration.ts';
import { figureView } from '../plot/figure-view.ts';
import { shortNumber } from '../plot/figure.ts';
import { facts } from './facts.ts';
import { html, type Content, type Markup } from './markup.ts';
import { page } from './page.ts';
import { table } from './table.ts';

/** The comparison of overlays as one page. */
export const overlaysPage = (result: OverlaysResult): string => {
  const { rows, guest, method, machine, notMeasured, interrupted } = result;
  const missing = [
    ...notMeasured.map(({ what, why }) => ['all', what, why]),
    ...rows.flatMap(({ title, notMeasured: own }) => own.map(({ what, why }) => [title, what, why])),
  ];
  return page({
    title: 'overlays compared',
    body: html`<h2>Overlays compared on Linux ${guest.kernelRelease}</h2>
      <p class="headline ${interrupted ? 'open' : 'good'}">
        ${rows.length} ways from pod to pod, ${method.nodes} nodes with ${method.podsPerNode} pods each;
        ${interrupted && 'cut short; '}${durationText(result.durationMs)}
      </p>
      <h2>What a node keeps and a packet costs</h2>
      ${overview(rows)}
      <h2>Figures</h2>
      ${overlayFigures(result).map((figure, index) => figureView(figure, `figure-${String(index)}`))}
      <h2>When the cluster changes</h2>
      ${eventTable(rows)}
      ${missing.length > 0 && html`<h2>Not measured</h2>${table(['overlay', 'what', 'because'], missing)}`}
      <h2>How it was measured</h2>
      ${facts([
        ['started', `${result.startedAt}, Proto41 ${result.tool.version}`],
        ['guest', `Linux ${guest.kernelRelease}, ${guest.accelerator}`],
        ['machine', `${machine.cpu}, ${String(machine.cores)} cores, ${machine.kernel}, ${machine.runtime}`],
        ['load', `${shortNumber(machine.loadBefore)} before, ${shortNumber(machine.loadAfter)} after`],
        [
          'pairs',
          `${String(method.pairs)} of native and overlay in turns, ${String(method.packetsPerTrial)} packets each, ${String(method.window)} on their way at a time`,
        ],
        ['routes', `${String(method.advertisedRoutes)} learned where routes are learned`],
      ])}`,
  });
};

const overview = (rows: readonly OverlayRow[]): Markup =>
  table(
    [
      'overlay',
      'driver',
      'bytes added',
      'largest packet of a pod',
      'throughput',
      'latency',
      'first packets',
      'entries of a node',
      'first packet to a pod that nobody told of',
      'routes learned',
    ],
    rows.map((row) => [
      row.title,
      row.driver,
      bytesText(row),
      row.podMtu === undefined ? '' : `${String(row.podMtu.bytes)}; beyond: ${row.podMtu.beyond}`,
      [comparisons(carriedOf(row)), lostText(row)],
      comparisons(row.latency),
      row.firstPackets === undefined ? '' : comparisons([row.firstPackets]),
      row.entries === undefined ? '' : `${String(row.entries.total)} (${entriesText(row.entries.all)})`,
      row.unknownPodReached === undefined ? '' : row.unknownPodReached ? 'arrived' : 'lost',
      learnedText(row),
    ]),
    { rowHeaders: true },
  );

const bytesText = ({ bytesAdded }: OverlayRow): string => {
  if (bytesAdded === undefined) return '';
  const { least, most } = bytesAdded;
  return least === most ? String(least) : `${String(least)} to ${String(most)}`;
};

/** Closed loops lose nothing, so what is lost is worth a word. */
const lostText = ({ throughput }: OverlayRow): Content => {
  const lost = throughput.reduce((sum, each) => sum + each.lost, 0);
  const sent = throughput.reduce((sum, each) => sum + each.sent, 0);
  return lost > 0 && html`<strong>${lost} of ${sent} packets lost</strong>`;
};

const learnedText = ({ learned }: OverlayRow): string =>
  learned === undefined
    ? ''
    : `${String(learned.routes)} of ${String(learned.advertised)} in ${durationText(learned.seconds * 1000)}`;

/** In relation to native IPv6, size by size. */
const comparisons = (all: readonly Comparison[]): Content =>
  all.map(({ frameSizeBytes, ratio }) => html`${frameSizeBytes} bytes: × ${spreadText(ratio)}<br />`);

const entriesText = (counts: Readonly<Record<string, number | undefined>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${String(count ?? 0)}`)
    .join(', ');

const eventTable = (rows: readonly OverlayRow[]): Markup =>
  table(
    ['overlay', 'event', 'messages', 'entries added', 'removed', 'until all nodes had it', 'work of the processor'],
    rows.flatMap(({ title, events }) => events.map((event) => [title, ...eventCells(event)])),
    { rowHeaders: true },
  );

const eventCells = (event: ClusterEvent): readonly Content[] => {
  const { messages, entriesAdded, entriesRemoved, untilAllMs, workMs, nodes, impossible } = event;
  if (impossible !== undefined) return [event.event, '', '', '', `cannot be done: ${impossible}`, ''];
  const until =
    untilAllMs === undefined
      ? ''
      : `${durationText(untilAllMs)}${nodes === undefined ? '' : `, ${String(nodes)} nodes`}`;
  return [
    event.event,
    messages ?? '',
    entriesAdded ?? '',
    entriesRemoved ?? '',
    until,
    workMs === undefined ? '' : durationText(workMs),
  ];
};
