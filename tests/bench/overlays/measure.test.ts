import { OVERLAY_EXTRAS } from '../../../harness/bench/overlays/guest-extras.ts';
import { OVERLAYS } from '../../../harness/bench/overlays/kinds/index.ts';
import type { ClusterEvent, EventId, OverlayRow, OverlaysResult } from '../../../harness/bench/overlays/result.ts';
import { runOverlays } from '../../../harness/bench/overlays/run-overlays.ts';
import { cacheFolder } from '../../../harness/node/host-cache.ts';
import { obtainUserland } from '../../../harness/node/vm/userland-store.ts';
import { VmError } from '../../../harness/node/vm/vm-error.ts';
import { whyNoVm } from '../../node/vm/support.ts';
import { assert, suite } from '../../support/suite.ts';
import { TINY } from './support.ts';

const test = suite('bench/overlays/measure-overlay', { timeoutMs: 90_000 });

const whyNot = async (): Promise<string | undefined> => {
  const reason = await whyNoVm();
  if (reason !== undefined) return reason;
  try {
    await obtainUserland({ cache: cacheFolder(), onProgress: () => undefined }, OVERLAY_EXTRAS.packages);
    return undefined;
  } catch (error) {
    if (error instanceof VmError) return error.message.split('\n')[0] ?? error.code;
    throw error;
  }
};
const noVm = await whyNot();

let result: OverlaysResult;
const row = (id: string): OverlayRow => {
  const found = result.rows.find((each) => each.id === id);
  if (found === undefined) throw new Error(`expected a row ${id}`);
  return found;
};
const event = (id: string, name: EventId): ClusterEvent | undefined =>
  row(id).events.find((each) => each.event === name);

if (noVm === undefined) {
  test.before(async () => {
    result = await runOverlays({
      overlays: OVERLAYS.filter(({ id }) => id === 'protocol-41' || id === 'vxlan'),
      method: TINY,
      boot: {},
      toolVersion: '0.0.0',
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
  });
}

test.skipIf(noVm, 'two overlays are measured whole on a stock kernel', () => {
  assert.equal(
    result.rows.map(({ id, notMeasured }) => [id, notMeasured]),
    [
      ['protocol-41', []],
      ['vxlan', []],
    ],
  );
  for (const { throughput } of result.rows) assert.ok((throughput[0]?.clock.ratio.median ?? 0) > 0);
});

test.skipIf(noVm, 'the headers on the link are those of the standards', () => {
  // RFC 4213 section 3.2: an IPv4 header. RFC 7348 section 5: Ethernet, VXLAN, UDP and IPv4.
  assert.equal(row('protocol-41').bytesAdded, { least: 20, most: 20 });
  assert.equal(row('vxlan').bytesAdded, { least: 14 + 8 + 8 + 20, most: 14 + 8 + 8 + 20 });
  assert.is(row('protocol-41').podMtu?.bytes, 1480);
  assert.is(row('vxlan').podMtu?.bytes, 1450);
});

test.skipIf(noVm, 'the stateless overlay has the same entries whatever the cluster, and no news', () => {
  const { entries } = row('protocol-41');
  assert.equal(entries?.all, entries?.alone);
  for (const name of ['node-joins', 'pod-starts', 'pod-moves-new-address'] as const) {
    const found = event('protocol-41', name);
    assert.equal([found?.messages, found?.entriesAdded, found?.entriesRemoved], [0, 0, 0], name);
  }
  assert.is(row('protocol-41').unknownPodReached, true);
});

test.skipIf(noVm, 'VXLAN has two entries for each pod of another node, and its kernel reports their changes', () => {
  // Three other nodes with two pods each.
  assert.is(row('vxlan').entries?.all.forwarding, 6);
  assert.is(row('vxlan').entries?.all.neighbours, 6);
  const moved = event('vxlan', 'pod-moves-new-address');
  assert.equal([moved?.entriesAdded, moved?.entriesRemoved], [2, 2]);
  assert.ok((moved?.messages ?? 0) >= 4, String(moved?.messages));
  const kept = event('vxlan', 'pod-moves-same-address');
  assert.equal([kept?.entriesAdded, kept?.entriesRemoved], [1, 1]);
});

test.run();
