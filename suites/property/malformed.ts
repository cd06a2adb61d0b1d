import fc from 'fast-check';
import { IPV6 } from '../../harness/packet/index.ts';
import type { Seen, Stimulus, TestContext } from '../../harness/tester/context.ts';
import { property } from './area.ts';
import { checkProperty } from './check.ts';
import { placesOf, type Defect } from './defect.ts';
import { CARRIED_DEFECTS, POD_DEFECTS } from './inner-defects.ts';
import { OUTER_DEFECTS } from './outer-defects.ts';
import { fieldsOf, packetShapes, remoteAddress, shapeTitle, type PacketShape } from './packet-shape.ts';

interface PossiblyMalformed {
  readonly shape: PacketShape;
  readonly from: 'a pod' | 'the tunnel';
  /** Title of the defect; undefined for a good packet, which has to come through among all the others. */
  readonly defect: string | undefined;
  /** Chooses among the ways in which the defect can be had. */
  readonly parameter: number;
}

/** The outer header of IPv6 in IPv6 is another one, with clauses of its own. */
const tunnelDefects = (t: TestContext): readonly Defect[] =>
  t.profile.mapping.kind === 'ip6ip6' ? CARRIED_DEFECTS : [...OUTER_DEFECTS, ...CARRIED_DEFECTS];

const possiblyMalformed = (t: TestContext): fc.Arbitrary<PossiblyMalformed> => {
  const packets = (from: PossiblyMalformed['from'], defects: readonly Defect[]): fc.Arbitrary<PossiblyMalformed> =>
    fc.record({
      shape: packetShapes(t.tunnelMtuBytes),
      from: fc.constant(from),
      defect: fc.oneof(
        { weight: 1, arbitrary: fc.constant(undefined) },
        { weight: 9, arbitrary: fc.constantFrom(...defects.map(({ title }) => title)) },
      ),
      parameter: fc.nat(0xffff),
    });
  return fc.oneof(packets('a pod', POD_DEFECTS), packets('the tunnel', tunnelDefects(t)));
};

const CLAUSES = [
  ...new Set([...POD_DEFECTS, ...OUTER_DEFECTS, ...CARRIED_DEFECTS].map(({ requirement }) => requirement)),
].filter((requirement) => requirement !== 'security.malformed-survival');

const wellFormed = (t: TestContext, { shape, from }: PossiblyMalformed): Stimulus => {
  const { n1, n2 } = t.lab;
  const { mark, fields } = fieldsOf(t, shape);
  const pod = n1.pod(shape.pod);
  const remote = remoteAddress(n2, shape);
  const stimulus =
    from === 'a pod'
      ? t.fromPod({ ...fields, source: pod, destination: remote })
      : t.fromTunnel({ ...fields, source: remote, destination: pod });
  return { ...stimulus, mark };
};

const judgeGood = (t: TestContext, seen: Seen, stimulus: Stimulus, { from }: PossiblyMalformed): void => {
  const carried =
    from === 'a pod' ? t.expectTunnelled(seen, stimulus)?.inner : t.expectDelivered(seen, stimulus)?.packet;
  if (carried === undefined) return;
  t.expectBytes(stimulus.title, carried, stimulus.inner, { ignore: (offset) => offset === IPV6.HOP_LIMIT });
};

// RFC 791 section 3.1, RFC 1122 section 3.2.1, RFC 8200 section 3, RFC 4291 section 2.5, RFC 4213 section 3.6: a packet that breaks a clause
// is dropped as the clause says, whatever else is in it; and every good one among them is still carried, with its own bytes.
property.case(
  'security.malformed-survival',
  { variant: 'property', exhaustive: true, alsoJudges: CLAUSES },
  async (t) => {
    const defectOf = ({ from, defect }: PossiblyMalformed): Defect | undefined =>
      (from === 'a pod' ? POD_DEFECTS : tunnelDefects(t)).find(({ title }) => title === defect);
    await checkProperty<PossiblyMalformed>(t, {
      arbitrary: possiblyMalformed(t),
      stimulus: (packet) => {
        const good = wellFormed(t, packet);
        const defect = defectOf(packet);
        const words = defect === undefined ? 'good packet among malformed ones' : `packet with ${defect.title}`;
        const title = `${words} from ${packet.from} (${shapeTitle(packet.shape)})`;
        if (defect === undefined) return { ...good, title };
        return { ...good, title, frame: defect.apply(good.frame.slice(), placesOf(good), packet.parameter) };
      },
      judge: (seen, stimulus, packet) => {
        const defect = defectOf(packet);
        if (defect === undefined) {
          judgeGood(t, seen, stimulus, packet);
          return;
        }
        const { requirement, allow = [] } = defect;
        t.expectNothing(seen, stimulus, { requirement, allow });
      },
    });
  },
);
