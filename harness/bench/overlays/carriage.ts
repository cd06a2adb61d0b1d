import type { Wire } from '../../wire/wire.ts';
import type { OverlayGuest } from './guest.ts';
import { OverlayBenchError } from './overlay-bench-error.ts';
import { DEVICE, UNDERLAY_DEVICE } from './overlay.ts';
import type { BeyondMtu, OverlayRow } from './result.ts';
import { roundsOf } from './traffic.ts';
import type { TrialPath } from './trial-path.ts';

/** Some with no rest and some with the largest one for an encapsulation that fills up to 16 bytes, and a large packet. */
const PACKET_BYTES = [113, 128, 1262] as const;
const PACKETS = 20;
const ATTEMPTS = 5;
const ETHERNET_BYTES = 14;
const UNDERLAY_MTU_BYTES = 1500;

interface Counted {
  readonly packets: number;
  readonly bytes: number;
}

const parseCounters = (json: string): Counted => {
  const found: unknown = JSON.parse(json);
  const first: unknown = Array.isArray(found) ? found[0] : undefined;
  const { stats64 } = object(first);
  const { packets, bytes } = object(object(stats64)['tx']);
  if (typeof packets !== 'number' || typeof bytes !== 'number')
    throw new OverlayBenchError(`expected counters of ${UNDERLAY_DEVICE} from ip -s -j link, found ${json}`);
  return { packets, bytes };
};

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const sentByA = async (guest: OverlayGuest): Promise<Counted> =>
  parseCounters((await guest.run(`ip -n A -s -j link show dev ${UNDERLAY_DEVICE}`, 'the counters of A')).stdout);

/** What A put on the link to B while `action` ran. */
const during = async (guest: OverlayGuest, action: () => Promise<unknown>): Promise<Counted> => {
  const before = await sentByA(guest);
  await action();
  const after = await sentByA(guest);
  return { packets: after.packets - before.packets, bytes: after.bytes - before.bytes };
};

/** Bytes that each packet has more on the link than at the pod, by the counters of the device. */
export const measureBytesAdded = async (
  guest: OverlayGuest,
  path: TrialPath,
): Promise<NonNullable<OverlayRow['bytesAdded']>> => {
  const added: number[] = [];
  for (const packetBytes of PACKET_BYTES) {
    const probes = Array.from({ length: PACKETS }, () => path.through(packetBytes));
    added.push(await addedTo(guest, path, packetBytes, probes));
  }
  return { least: Math.min(...added), most: Math.max(...added) };
};

const addedTo = async (
  guest: OverlayGuest,
  { way }: TrialPath,
  packetBytes: number,
  probes: Parameters<typeof roundsOf>[1],
): Promise<number> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { packets, bytes } = await during(guest, () => roundsOf(way, probes));
    // What the nodes say of themselves meanwhile would be counted as well.
    if (packets === PACKETS) return bytes / packets - packetBytes - ETHERNET_BYTES;
  }
  throw new OverlayBenchError(
    `expected ${String(PACKETS)} packets on the link for ${String(PACKETS)} packets of a pod, never found that in ${String(ATTEMPTS)} attempts`,
  );
};

/** The MTU that the driver gave its device, proven by packets of that size and of a byte more. */
export const measurePodMtu = async (
  guest: OverlayGuest,
  path: TrialPath,
): Promise<NonNullable<OverlayRow['podMtu']>> => {
  const { stdout } = await guest.run(
    `cd /sys/class/net; ip netns exec A cat /sys/class/net/${DEVICE}/mtu 2>/dev/null || echo ${String(UNDERLAY_MTU_BYTES)}`,
    'the MTU of the device',
  );
  const bytes = Number(stdout);
  const fitting = await during(guest, async () => {
    const [took] = await roundsOf(path.way, [path.through(bytes)]);
    if (took === undefined)
      throw new OverlayBenchError(`expected a packet of ${String(bytes)} bytes, the MTU of the device, to get through`);
  });
  if (fitting.packets !== 1)
    throw new OverlayBenchError(
      `expected a packet of ${String(bytes)} bytes, the MTU of the device, to cross as one, found ${String(fitting.packets)}`,
    );
  return { bytes, beyond: await whatBecomesOf(guest, path, bytes + 1) };
};

const whatBecomesOf = async (guest: OverlayGuest, path: TrialPath, packetBytes: number): Promise<BeyondMtu> => {
  let refused = false;
  const stop = path.way.from.onFrame((frame) => {
    refused ||= isTooBig(frame);
  });
  try {
    let arrived = 0;
    const { packets } = await during(guest, async () => {
      arrived = (await roundsOf(path.way, [path.through(packetBytes)])).length;
    });
    if (refused) return 'packet too big';
    if (packets > 1) return 'fragments';
    return arrived === 0 ? 'dropped without a word' : 'carried whole';
  } finally {
    stop();
  }
};

/** ICMPv6 type 2, or ICMPv4 type 3 code 4, at their places in an Ethernet frame without options. */
const isTooBig: (frame: Parameters<Parameters<Wire['onFrame']>[0]>[0]) => boolean = (frame) =>
  (frame[12] === 0x86 && frame[13] === 0xdd && frame[20] === 58 && frame[54] === 2) ||
  (frame[12] === 0x08 && frame[13] === 0x00 && frame[23] === 1 && frame[34] === 3 && frame[35] === 4);
