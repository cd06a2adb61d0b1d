import { isCommands, type OverlayGuest } from './guest.ts';
import { advertisedRoutes } from './kinds/advertised-routes.ts';
import { labNodes, podsOf, type LabNode } from './lab.ts';
import { differenceOf, listNode, totalOf, type Listing } from './listing.ts';
import { combined, type Change, type Overlay } from './overlay.ts';
import type { Entries, OverlayRow } from './result.ts';
import { A, ADVERTISE_TO_A, B } from './topology.ts';

/** All that a node has to be told of these others and their pods. */
export const tableOf = (overlay: Overlay, others: readonly LabNode[], podsPerNode: number): Change[] =>
  combined(
    others.flatMap((node) => [
      ...overlay.nodeEntries(node),
      ...podsOf(node, podsPerNode).flatMap((pod) => overlay.podEntries(pod)),
    ]),
  );

export interface ClusterSize {
  readonly nodes: number;
  readonly podsPerNode: number;
}

/** Tells A and B of all others, and counts what that makes in A. */
export const fillTables = async (
  guest: OverlayGuest,
  overlay: Overlay,
  bare: Listing,
  { nodes, podsPerNode }: ClusterSize,
): Promise<Entries> => {
  const alone = differenceOf(bare, await listNode(guest, 'A')).added;
  for (const self of [A, B]) {
    const others = labNodes(1, nodes).filter(({ number }) => number !== self.number);
    const table = tableOf(overlay, others, podsPerNode);
    const name = self === A ? 'A' : 'B';
    await guest.apply([name], table.filter(isCommands), `the table of ${name}`);
    if (self === A) await advertiseToA(guest, table, others.length);
  }
  const all = differenceOf(bare, await listNode(guest, 'A')).added;
  return { nodes, podsPerNode, alone, all, total: totalOf(all) };
};

/** Sends advertisements onto the link between the two nodes, and waits until A has learned as many routes or learns no more. */
export const advertiseToA = async (
  guest: OverlayGuest,
  changes: readonly Change[],
  expected: number,
): Promise<NonNullable<OverlayRow['learned']> | undefined> => {
  const frames = changes.flatMap((change) => (change.tool === 'advertise' ? change.frames : []));
  if (frames.length === 0) return undefined;
  const wire = guest.wire('podsOfB');
  await guest.run(ADVERTISE_TO_A, 'the way of advertisements to A');
  const beganMs = performance.now();
  for (const frame of frames) wire.send(frame);
  let routes = 0;
  let learnedMs = performance.now();
  while (routes < expected && performance.now() - learnedMs < NOTHING_NEW_MS) {
    const now = await learnedBy(guest, 'A');
    if (now > routes) learnedMs = performance.now();
    routes = now;
  }
  await guest.run('ip netns exec B tc qdisc del dev eth1 ingress', 'the end of the way of advertisements');
  return { advertised: frames.length, routes, seconds: (learnedMs - beganMs) / 1000 };
};

const NOTHING_NEW_MS = 3000;

const learnedBy = async (guest: OverlayGuest, node: string): Promise<number> =>
  Number((await guest.run(`ip -n ${node} -6 route show proto ra | wc -l`, 'the routes that were learned')).stdout);

/** How a node takes in as many routes as it may come to: one advertisement of each other node. */
export const learnRoutes = (guest: OverlayGuest, count: number): ReturnType<typeof advertiseToA> =>
  advertiseToA(guest, tableOf(advertisedRoutes, labNodes(B.number, count + 1), 0), count);
