import { ETHERNET } from '../../harness/packet/index.ts';
import { overheadBytes } from '../../harness/profile/index.ts';
import type { SeenFrame } from '../../harness/tester/context.ts';
import { mtu } from './area.ts';
import { DYNAMIC, expectCarried, podPacket } from './vectors.ts';

/** What the underlay carries; it drops the rest without a word. */
const PATH_BYTES = 1400;

const isLost = ({ bytes }: SeenFrame): boolean => bytes.length - ETHERNET.HEADER_LENGTH > PATH_BYTES;

// RFC 4821 section 4, RFC 8899 section 3: end points find the path MTU by probes that get lost where they are too large. A tunnel must
// not bring a probe through in pieces, nor lose a smaller one, nor answer instead of the path.
mtu.case('mtu.probing-works', { setup: DYNAMIC }, async (t) => {
  const fits = PATH_BYTES - overheadBytes(t.profile);
  const passing = [podPacket(t, 1280), podPacket(t, fits)];
  const tooLarge = [fits + 1, fits + 2, fits + 20, fits + 40, t.tunnelMtuBytes - 1, t.tunnelMtuBytes].map(
    (lengthBytes) => podPacket(t, lengthBytes),
  );
  const seen = await t.exchange(passing[0] ?? podPacket(t, fits), ...tooLarge, ...passing.slice(1));
  for (const stimulus of passing) {
    const packet = expectCarried(t, seen, stimulus, { dontFragment: true, outerPackets: 1 });
    if (packet !== undefined)
      t.expectEqual(`lost on the way (${stimulus.title}):`, packet.frames.some(isLost), false, packet);
  }
  for (const stimulus of tooLarge) {
    // As one packet, which the path drops: a fragment would pass.
    const packet = expectCarried(t, seen, stimulus, { dontFragment: true, outerPackets: 1 });
    if (packet !== undefined)
      t.expectEqual(`lost on the way (${stimulus.title}):`, packet.frames.every(isLost), true, packet);
  }
});
