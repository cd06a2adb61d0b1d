import { ETHERNET } from '../../harness/packet/index.ts';
import { decap } from './area.ts';
import { expectForwardedUnchanged } from './judging.ts';
import { named, withTrailer } from './vectors.ts';

const INNER_BYTES = [60, 61, 100];
const PADDING_BYTES = [1, 2, 46, 60, 100];

// RFC 791 section 3.1: Total Length says where the datagram ends, so what the link appended (RFC 894) is no part of it and goes
// no further.
decap.case('decap.link-padding', async (t) => {
  const stimuli = INNER_BYTES.flatMap((lengthBytes) =>
    PADDING_BYTES.map((paddingBytes) =>
      named(
        withTrailer(t.fromTunnel({ lengthBytes }), t.random.bytes(paddingBytes)),
        `tunnel packet with an inner packet of ${String(lengthBytes)} bytes and ${String(paddingBytes)} bytes of padding`,
      ),
    ),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) {
    const delivered = t.expectDelivered(seen, stimulus);
    if (delivered === undefined) continue;
    expectForwardedUnchanged(t, delivered, stimulus);
    const { frame } = delivered;
    const lengthBytes = ETHERNET.HEADER_LENGTH + stimulus.inner.length;
    t.expectEqual(`length of the frame on P (${stimulus.title}):`, frame.bytes.length, lengthBytes, { frame });
  }
});
