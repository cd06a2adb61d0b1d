import { IPV6 } from '../../harness/packet/index.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { property } from './area.ts';

const VARIANT = { variant: 'every-length', exhaustive: true };
const BATCH = 250;

/** Batches of all lengths that the tunnel takes, from the bare IPv6 header on. */
const lengthBatches = (t: TestContext): number[][] => {
  const lengths = Array.from(
    { length: t.tunnelMtuBytes - IPV6.HEADER_LENGTH + 1 },
    (_, index) => IPV6.HEADER_LENGTH + index,
  );
  return Array.from({ length: Math.ceil(lengths.length / BATCH) }, (_, index) =>
    lengths.slice(index * BATCH, (index + 1) * BATCH),
  );
};

const isHopLimit = (offset: number): boolean => offset === IPV6.HOP_LIMIT;

// RFC 4213 section 3.1: an inner packet is carried as it is, whatever its length, from a bare header to the tunnel MTU.
property.case('encap.inner-unchanged', VARIANT, async (t) => {
  for (const lengths of lengthBatches(t)) {
    const stimuli = lengths.map((lengthBytes) => ({
      ...t.fromPod({ lengthBytes }),
      title: `pod packet of ${String(lengthBytes)} bytes`,
    }));
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) {
      const packet = t.expectTunnelled(seen, stimulus);
      if (packet === undefined) continue;
      const { frame, inner } = packet;
      t.expectBytes(`inner packet of the ${stimulus.title}`, inner, stimulus.inner, { frame, ignore: isHopLimit });
    }
    t.forget(seen);
  }
});

// RFC 4213 section 3.6: and it comes out of the tunnel as it is.
property.case('decap.inner-unchanged', VARIANT, async (t) => {
  for (const lengths of lengthBatches(t)) {
    const stimuli = lengths.map((lengthBytes) => ({
      ...t.fromTunnel({ lengthBytes }),
      title: `tunnel packet of ${String(lengthBytes)} inner bytes`,
    }));
    const seen = await t.exchange(...stimuli);
    for (const stimulus of stimuli) {
      const delivered = t.expectDelivered(seen, stimulus);
      if (delivered === undefined) continue;
      const { frame, packet } = delivered;
      t.expectBytes(`inner packet of the ${stimulus.title}`, packet, stimulus.inner, { frame, ignore: isHopLimit });
    }
    t.forget(seen);
  }
});
