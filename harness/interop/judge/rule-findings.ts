import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ETHERNET, ethernetEtherType } from '../../packet/ethernet.ts';
import { IPV6, ipv6Source } from '../../packet/ipv6.ts';
import { ipv4Protocol } from '../../packet/ipv4.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import { judgeWithRules } from '../../runner/rule-judge.ts';
import { otherSide, type LinkFrame } from '../links.ts';
import { SIDES, type Side } from '../result.ts';
import { shownFrame } from './encapsulation.ts';
import { directionFrom, type Observed, type RawFinding } from './observed.ts';

const AT = ETHERNET.HEADER_LENGTH;

/**
 * What the rules say. Each node is judged by all that went in and came out of it, on both of its links and with its own set-up, so that
 * whatever they find was done by this node, and not by the one before it.
 */
export const ruleFindings = (observed: Observed): readonly RawFinding[] =>
  SIDES.flatMap((side) => {
    const { labs, links, underlayMtuBytes } = observed;
    const frames = links.ofSide(side);
    const segment = {
      lab: labs[side],
      underlayMtuBytes,
      secondUnderlayPort: false,
      fromFrame: 1,
      toFrame: links.nextNumber,
    };
    return judgeWithRules(segment, frames).findings.map((finding): RawFinding => {
      const frame = links.frames[(finding.frameNumber ?? 0) - 1];
      if (frame === undefined) return { ...finding, side, role: 'node' };
      return { ...finding, side, ...partOf(side, frame, observed), ...shownFrame(frame, labs[side].profile) };
    });
  });

/** What the node was doing when it sent the frame. */
const partOf = (side: Side, frame: LinkFrame, { labs }: Observed): Pick<RawFinding, 'role' | 'direction'> => {
  const { bytes } = frame;
  const etherType = ethernetEtherType(bytes);
  if (frame.port === 'U') {
    const isTunnel = etherType === ETHER_TYPE.IPV4 && ipv4Protocol(bytes, AT) !== PROTOCOL.ICMPV4;
    return isTunnel ? { role: 'encapsulator', direction: directionFrom(side) } : { role: 'node' };
  }
  if (etherType !== ETHER_TYPE.IPV6 || bytes.length < AT + IPV6.HEADER_LENGTH) return { role: 'node' };
  const peer = otherSide(side);
  const isFromPeer = labs[peer].n1.nodePrefix.contains(ipv6Source(bytes, AT));
  return isFromPeer ? { role: 'decapsulator', direction: directionFrom(peer) } : { role: 'node' };
};
