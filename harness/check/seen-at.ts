import { readUint32 } from '../packet/bytes.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { prefixMatch } from '../rules/index.ts';
import { locate } from './link-layer.ts';
import { createPlace } from './place.ts';
import { portOf, type Sides } from './sides.ts';
import type { Seen, SeenAt } from './checker.ts';

/** Which way frames go on the sides of a node: as the file says, or as their addresses do. */
export function createSeenAt(sides: Sides): SeenAt {
  const place = createPlace();
  const { node } = sides;
  const nodeNumber = node.ipv4?.toNumber();
  const prefix = node.nodePrefix === undefined ? undefined : prefixMatch(node.nodePrefix);
  return (record, input, direction) => {
    const port = portOf(sides, input, record);
    if (port === undefined) return { port: undefined, direction: 'unknown' };
    if (direction !== undefined) return { port, direction: direction === 'outbound' ? 'from-dut' : 'to-dut' };
    locate(record, place);
    return { port, direction: port === 'P' ? inside(place, prefix) : outside(place, nodeNumber) };
  };
}

type Place = ReturnType<typeof createPlace>;

/** A pod of the node sends to it, and receives from it; between two pods of the node nobody knows. */
function inside(
  { bytes, networkAt: at, etherType, end }: Place,
  prefix: ReturnType<typeof prefixMatch> | undefined,
): Seen['direction'] {
  if (prefix === undefined || etherType !== ETHER_TYPE.IPV6 || at + 40 > end) return 'unknown';
  const sends = prefix.contains(bytes, at + 8);
  if (sends === prefix.contains(bytes, at + 24)) return 'unknown';
  return sends ? 'to-dut' : 'from-dut';
}

function outside({ bytes, networkAt: at, etherType, end }: Place, node: number | undefined): Seen['direction'] {
  if (node === undefined || etherType !== ETHER_TYPE.IPV4 || at + 20 > end) return 'unknown';
  if (readUint32(bytes, at + 12) === node) return 'from-dut';
  return readUint32(bytes, at + 16) === node ? 'to-dut' : 'unknown';
}
