import { growthOf } from '../counters.ts';
import { embedsNothing, named, pairsMayDiffer, unless } from '../decap/vectors.ts';
import { security } from './area.ts';

const PACKETS = 10;

// RFC 5969 section 9.2: every packet whose inner source does not embed the outer one adds to a counter that warns of spoofing, and
// nothing else does.
security.case('security.spoof-counter', { notFor: unless(embedsNothing, pairsMayDiffer) }, async (t) => {
  const { lab } = t;
  const times = Array.from({ length: PACKETS }, (_, index) => index);
  const spoofed = times.map((index) =>
    named(
      t.fromTunnel({ source: lab.n2.pod(index) }, { from: lab.n3.ipv4 }),
      `tunnel packet ${String(index + 1)} from N3 with an inner source of N2`,
    ),
  );
  const growth = await growthOf(t, 'decapDropsSpoofed', async () => t.expectSilence(spoofed));
  if (growth === null) {
    t.violation('a counter of packets that may be spoofed', 'no such counter');
    return;
  }
  t.expectEqual(`growth of the counter by ${String(PACKETS)} spoofed packets:`, growth, PACKETS);

  const valid = times.map((index) => t.fromTunnel({ source: lab.n2.pod(index) }));
  const unchanged = await growthOf(t, 'decapDropsSpoofed', async () => {
    const seen = await t.exchange(...valid);
    for (const stimulus of valid) t.expectDelivered(seen, stimulus);
  });
  t.expectEqual(`growth of the counter by ${String(PACKETS)} valid packets:`, unchanged ?? -1, 0);
});
