/** Damaged captures: good ones with bytes changed, pieces taken out, put twice and cut off. */
import type { SeededRandom } from '../../harness/random.ts';

/** Changes a copy of a capture in a few random places; most changes hit a few bytes, some the structure. */
export function mutate(capture: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes = capture.slice();
  for (let count = 1 + random.int(8); count > 0; count--) {
    if (bytes.length < 8) return bytes;
    const at = random.int(bytes.length);
    switch (random.int(10)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random.int(200))));
        break;
      case 2:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - random.int(200))));
        break;
      case 3:
        bytes.fill(random.pick([0, 0xff]), at, at + random.int(64));
        break;
      case 4:
        // Lengths are 32-bit words: small, large and nearly right ones find more than random ones.
        new DataView(bytes.buffer).setUint32(
          Math.min(bytes.length - 4, at & ~3),
          random.pick([0, 1, 4, 0x10, 0x7fffffff, 0xffffffff, 0x40000, bytes.length]),
          random.chance(0.5),
        );
        break;
      default:
        bytes[at] = random.int(256);
    }
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
