import { ETHERNET } from '../../packet/ethernet.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import type { Profile } from '../../profile/index.ts';
import { isIpv4Frame } from '../../tester/outer-packet.ts';
import type { ReplayStimulus } from '../recording.ts';
import { layoutOf, withoutBytes } from './packet-layout.ts';

/** A way in which a packet could be simpler. */
export interface Reduction {
  readonly title: string;
  readonly stimulus: ReplayStimulus;
}

const AT = ETHERNET.HEADER_LENGTH;
const USUAL_HOP_LIMIT = 64;

/** Simpler packets, the simplest first: without payload, without headers, with usual values. Empty when it is as simple as it gets. */
export const reductionsOf = (stimulus: ReplayStimulus, profile: Profile): readonly Reduction[] => {
  const layout = layoutOf(stimulus, profile);
  if (layout === undefined) return [];
  const { bytes } = stimulus;
  const reductions: Reduction[] = [];
  if (stimulus.port === 'P' && layout.innerEnd < bytes.length)
    reductions.push({
      title: 'without what stands behind the packet',
      stimulus: withoutBytes(stimulus, layout, layout.innerEnd, bytes.length - layout.innerEnd),
    });
  const payloadAt = layout.upperAt + layout.upperHeaderBytes;
  const payloadBytes = layout.innerEnd - payloadAt;
  for (const cut of [payloadBytes, payloadBytes >> 1, payloadBytes >> 2]) {
    if (cut <= 0) continue;
    const title = `${String(cut)} bytes of payload less`;
    reductions.push({ title, stimulus: withoutBytes(stimulus, layout, layout.innerEnd - cut, cut) });
  }
  for (const { at, lengthBytes, nextHeaderAt } of layout.extensions.toReversed()) {
    const nextHeader = bytes[at] ?? 0;
    reductions.push({
      title: `without the extension header of ${String(lengthBytes)} bytes`,
      stimulus: withoutBytes(stimulus, layout, at, lengthBytes, (changed) => {
        changed[nextHeaderAt] = nextHeader;
      }),
    });
  }
  const set = (title: string, isUsual: boolean, change: (changed: Uint8Array) => void): void => {
    if (!isUsual) reductions.push({ title, stimulus: withoutBytes(stimulus, layout, layout.innerEnd, 0, change) });
  };
  const { innerAt } = layout;
  set('inner Traffic Class 0', trafficClass(bytes, innerAt) === 0, (changed) => {
    changed[innerAt] = 0x60;
    changed[innerAt + 1] = (changed[innerAt + 1] ?? 0) & 0x0f;
  });
  set('inner Hop Limit 64', bytes[innerAt + IPV6.HOP_LIMIT] === USUAL_HOP_LIMIT, (changed) => {
    changed[innerAt + IPV6.HOP_LIMIT] = USUAL_HOP_LIMIT;
  });
  if (stimulus.port === 'P' || !isIpv4Frame(bytes)) return reductions;
  set('outer TOS 0', bytes[AT + 1] === 0, (changed) => {
    changed[AT + 1] = 0;
  });
  set('outer TTL 64', bytes[AT + 8] === USUAL_HOP_LIMIT, (changed) => {
    changed[AT + 8] = USUAL_HOP_LIMIT;
  });
  return reductions;
};

const trafficClass = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) & 0x0f) << 4) | ((bytes[at + 1] ?? 0) >> 4);
