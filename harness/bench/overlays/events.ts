import { setTimeout as delay } from 'node:timers/promises';
import { isCommands, type OverlayGuest } from './guest.ts';
import { labNode, labNodes, labPod, type LabNode } from './lab.ts';
import { differenceOf, listNode, totalOf } from './listing.ts';
import { ChangeMonitor } from './monitor.ts';
import { isImpossible, type Change, type Impossible, type Move, type Overlay } from './overlay.ts';
import { SETTLE_MS } from '../../node/vm/processor-time.ts';
import type { ClusterEvent, EventId, OverlaysMethod } from './result.ts';
import { tableOf } from './tables.ts';
import { bystanderNames, makeBystanders } from './topology.ts';

/** Nodes beyond those of the tables: first those that listen, then one that joins. */
const listenersOf = ({ nodes, listeners }: OverlaysMethod): LabNode[] => labNodes(nodes + 1, nodes + listeners);

/**
 * Nodes that know the whole cluster hear of its changes. What the kernel of the first reports is counted; until the last has it, the
 * clock runs.
 */
export const measureEvents = async (
  guest: OverlayGuest,
  overlay: Overlay,
  method: OverlaysMethod,
  signal: AbortSignal,
): Promise<ClusterEvent[]> => {
  const { nodes, podsPerNode } = method;
  const listeners = listenersOf(method);
  const names = bystanderNames(listeners.length);
  await makeBystanders(guest, listeners);
  for (const [index, node] of listeners.entries())
    await guest.apply(names.slice(index, index + 1), overlay.setUp(node), `the set-up of ${String(names[index])}`);
  const table = tableOf(overlay, labNodes(1, nodes), podsPerNode);
  await guest.apply(names, table, 'the tables of the listeners');
  await settled(guest, names, table);
  signal.throwIfAborted();
  const monitor = await ChangeMonitor.start(guest, names[0] ?? '');
  const idleMs = await idleTime(guest);
  const events: ClusterEvent[] = [];
  for (const [event, move] of eventsOf(overlay, method)) {
    signal.throwIfAborted();
    events.push(
      isImpossible(move)
        ? { event, impossible: move.impossible }
        : { event, ...(await measureEvent({ guest, monitor, names, idleMs }, move)) },
    );
  }
  return events;
};

const eventsOf = (
  overlay: Overlay,
  { nodes, podsPerNode, listeners }: OverlaysMethod,
): readonly (readonly [EventId, Move | Impossible])[] => {
  const [second, third] = [labNode(2), labNode(3)];
  const joining = labNode(nodes + listeners + 1);
  return [
    ['node-joins', { changes: overlay.nodeEntries(joining) }],
    ['pod-starts', { changes: overlay.podEntries(labPod(second, podsPerNode)) }],
    ['pod-moves-new-address', overlay.moveToNewAddress(labPod(second, 0), labPod(third, podsPerNode))],
    ['pod-moves-same-address', overlay.moveWithAddress(labPod(second, 1), third)],
  ];
};

interface Listeners {
  readonly guest: OverlayGuest;
  readonly monitor: ChangeMonitor;
  readonly names: readonly string[];
  /** What a request to the guest takes that does nothing. */
  readonly idleMs: number;
}

const measureEvent = async (
  { guest, monitor, names, idleMs }: Listeners,
  { prepare, changes }: Move,
): Promise<Omit<ClusterEvent, 'event' | 'impossible'>> => {
  const [first = ''] = names;
  if (prepare !== undefined) await guest.run(await guest.stage([prepare], names, 'a look-up'), 'a look-up');
  const commands = changes.filter(isCommands);
  const script = commands.length === 0 ? undefined : await guest.stage(commands, names, 'a change');
  const from = await monitor.mark();
  const before = await listNode(guest, first);
  const beganNs = guest.processor?.nowNs() ?? 0;
  const beganMs = performance.now();
  await guest.apply([], changes, 'the advertisement of a change');
  if (script !== undefined) await guest.run(script, 'a change');
  if (changes.length > commands.length) await settled(guest, names, changes);
  const untilAllMs = changes.length === 0 ? 0 : Math.max(0, performance.now() - beganMs - idleMs);
  await delay(SETTLE_MS);
  const workMs = guest.processor === undefined ? undefined : (guest.processor.nowNs() - beganNs) / 1e6;
  const { added, removed } = differenceOf(before, await listNode(guest, first));
  const to = await monitor.mark();
  return {
    messages: (await monitor.between(from, to)).length,
    entriesAdded: totalOf(added),
    entriesRemoved: totalOf(removed),
    untilAllMs,
    ...(workMs === undefined || changes.length === 0 ? {} : { workMs }),
    nodes: names.length,
  };
};

const IDLE_REQUESTS = 5;

/** The quickest of some. */
const idleTime = async (guest: OverlayGuest): Promise<number> => {
  const times: number[] = [];
  for (let index = 0; index < IDLE_REQUESTS; index += 1) {
    const beganMs = performance.now();
    await guest.run('true\n', 'nothing');
    times.push(performance.now() - beganMs);
  }
  return Math.min(...times);
};

/**
 * Waits until all nodes have learned what was advertised last: packets keep their order. What is told by commands is there when these
 * have ended.
 */
const settled = async (guest: OverlayGuest, names: readonly string[], changes: readonly Change[]): Promise<void> => {
  const route = changes.flatMap((change) => (isCommands(change) ? [] : change.routes)).at(-1);
  if (route === undefined) return;
  const script = `tries=0
for node in ${names.join(' ')}; do
  until [ -n "$(ip -n $node -6 route show ${route} proto ra)" ]; do
    tries=$((tries + 1))
    [ $tries -lt ${String(LEARNING_TRIES)} ] || { echo "$node has not learned ${route}" >&2; exit 1; }
  done
done
`;
  await guest.run(script, 'the wait for advertised routes');
};

/** Each takes the time of a process. */
const LEARNING_TRIES = 500;
