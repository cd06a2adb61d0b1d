/** Trains of outer fragments (RFC 791 section 3.2). */
import { IPV4, ipv4ChecksumIsGood, ipv4Identification, ipv4Tos, ipv4Ttl } from '../../packet/ipv4.ts';
import { PROTOCOL } from '../../packet/protocol-numbers.ts';
import type { Dissection } from '../dissection.ts';
import type { Facts } from '../facts.ts';
import { timestampMsOf, type Report } from '../finding.ts';
import { contentFingerprint } from '../fingerprint.ts';
import { isProfile } from '../facts.ts';
import type { PassiveRule, StatefulJudge } from '../rule.ts';
import { hexText } from '../text.ts';
import { isWholeInFirstFragment } from './encap-lengths.ts';

const TRAINS_REMEMBERED = 256;
/** RFC 791 section 3.2 proposes to wait so long for the rest; what comes later is of another packet. */
const LONGEST_WAIT_MS = 15_000;
const FINGERPRINT_BYTES = 64;
const PROTOCOL_OF = { 'protocol-41': PROTOCOL.IPV6, udp: PROTOCOL.UDP, gre: PROTOCOL.GRE } as const;

/** A fragment: [start, end) in bytes of payload, and what stands for its bytes; 0 where the snap length has cut them. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly content: number;
}

/** What is known of one train; fragments are rare enough for objects. */
interface Train {
  readonly tos: number;
  readonly destination: number;
  readonly pieces: Piece[];
  /** Payload bytes of the whole datagram by its last fragment, and by the inner Payload Length in its first one. */
  endBytes: number | undefined;
  expectedEndBytes: number | undefined;
  lastFrame: number;
  lastMs: number;
  /** Seen at the node itself, so that no fragment was lost on the way. */
  readonly isSeenAtNode: boolean;
  /** A whole packet to the same destination came after the last piece, so that the rest is not merely late. */
  isOvertaken: boolean;
}

export const fragmentRules: readonly PassiveRule[] = [
  {
    requirement: 'fragment.encap-train',
    scope: 'emitted',
    appliesTo: (facts) => isProfile(facts, '6in4', '6to4', '6rd', '6rd-br', 'fou', 'gue', 'gre'),
    create: createTrains,
  },
];

function createTrains(facts: Facts): StatefulJudge {
  const trains = new Map<string, Train>();
  /** All of them was seen, so that what still comes is the same again: a capture may see each frame on several interfaces. */
  const whole = new Map<string, Train>();
  const waiting = new WaitingTrains();
  return {
    notes: ({ destination }) => waiting.overtake(destination),
    judge(packet, _facts, report, frame) {
      if (packet.ipv4At < 0 || packet.ipv4Protocol !== PROTOCOL_OF[facts.framing]) return false;
      if (!packet.isFragment) {
        waiting.overtake(packet.ipv4Destination);
        return false;
      }
      if (isWholeInFirstFragment(packet)) return false;
      const value = ipv4Identification(packet.bytes, packet.ipv4At);
      // A capture on both sides of a router has the train twice, and perhaps in smaller pieces behind it.
      const ttl = packet.fromDut ? '' : `@${ipv4Ttl(packet.bytes, packet.ipv4At)}`;
      const key = `${packet.ipv4Source}>${packet.ipv4Destination}#${value}${ttl}`;
      const piece = pieceOf(packet);
      const nowMs = timestampMsOf(frame);
      const before = whole.get(key);
      const isAgain =
        before !== undefined && isSoon(before, nowMs) && before.pieces.some((each) => isSame(each, piece));
      const known = isAgain ? before : continued(trains.get(key), piece, nowMs);
      // In UDP only the first fragment shows the port, so without it a train may be anybody's.
      if (facts.tunnelPort !== 0 && known === undefined && packet.framing !== 'udp') return false;
      judgePiece(packet, facts, report);
      if (isAgain) return true;
      const train = known ?? startTrain(trains, waiting, key, packet);
      train.lastFrame = frame.number;
      train.lastMs = nowMs;
      waiting.add(train);
      judgeTrain(train, piece, packet, facts, report);
      if (isComplete(train)) {
        trains.delete(key);
        waiting.delete(train);
        whole.delete(key);
        forgetOldest(whole);
        whole.set(key, train);
      }
      return true;
    },
    finish(report) {
      for (const train of trains.values()) {
        if (!train.isOvertaken || !train.isSeenAtNode) continue;
        report(
          train.lastFrame,
          'outer fragments that make up a whole packet',
          `${train.pieces.length} fragments with one Identification and no more`,
        );
      }
    },
  };
}

/** Trains that no whole packet has overtaken yet, by their destination: almost always none. */
class WaitingTrains {
  readonly #byDestination = new Map<number, Set<Train>>();

  add(train: Train): void {
    train.isOvertaken = false;
    const others = this.#byDestination.get(train.destination);
    if (others === undefined) this.#byDestination.set(train.destination, new Set([train]));
    else others.add(train);
  }

  delete(train: Train): void {
    const others = this.#byDestination.get(train.destination);
    others?.delete(train);
    if (others?.size === 0) this.#byDestination.delete(train.destination);
  }

  overtake(destination: number): void {
    if (this.#byDestination.size === 0) return;
    for (const train of this.#byDestination.get(destination) ?? []) train.isOvertaken = true;
    this.#byDestination.delete(destination);
  }
}

function pieceOf({
  bytes,
  ipv4At,
  ipv4HeaderLengthBytes,
  ipv4TotalLength,
  ipv4EndAt,
  fragmentOffset,
}: Dissection): Piece {
  const start = fragmentOffset * 8;
  const isCut = ipv4EndAt > bytes.length;
  return {
    start,
    end: start + ipv4TotalLength - ipv4HeaderLengthBytes,
    content: isCut ? 0 : contentFingerprint(bytes, ipv4At + ipv4HeaderLengthBytes, FINGERPRINT_BYTES),
  };
}

const isSame = (one: Piece, other: Piece): boolean =>
  one.start === other.start &&
  one.end === other.end &&
  (one.content === other.content || one.content === 0 || other.content === 0);

const isSoon = (train: Train, nowMs: number): boolean => nowMs - train.lastMs < LONGEST_WAIT_MS;

/** The train that a piece belongs to; undefined where that has another piece in its place, or is too old: it is of another packet. */
function continued(train: Train | undefined, piece: Piece, nowMs: number): Train | undefined {
  if (train === undefined || !isSoon(train, nowMs)) return undefined;
  const isTaken = train.pieces.some(
    (each) => each.start === piece.start && each.end === piece.end && !isSame(each, piece),
  );
  return isTaken ? undefined : train;
}

/** Makes room for one more. */
function forgetOldest(trains: Map<string, Train>): Train | undefined {
  if (trains.size < TRAINS_REMEMBERED) return undefined;
  for (const [key, train] of trains) {
    trains.delete(key);
    return train;
  }
  return undefined;
}

function startTrain(trains: Map<string, Train>, waiting: WaitingTrains, key: string, packet: Dissection): Train {
  const forgotten = trains.get(key) ?? forgetOldest(trains);
  trains.delete(key);
  if (forgotten !== undefined) waiting.delete(forgotten);
  const train: Train = {
    tos: ipv4Tos(packet.bytes, packet.ipv4At),
    destination: packet.ipv4Destination,
    pieces: [],
    endBytes: undefined,
    expectedEndBytes: undefined,
    lastFrame: 0,
    lastMs: 0,
    isSeenAtNode: packet.fromDut,
    isOvertaken: false,
  };
  trains.set(key, train);
  return train;
}

/** What a fragment shows on its own. */
function judgePiece(packet: Dissection, facts: Facts, report: Report): void {
  const { bytes, ipv4At } = packet;
  const payloadBytes = packet.ipv4TotalLength - packet.ipv4HeaderLengthBytes;
  const lengthPlace = { offset: ipv4At + IPV4.TOTAL_LENGTH, lengthBytes: 2, field: 'ipv4.totalLength' };
  if (packet.dontFragment) {
    report('DF 0 on every fragment', 'DF 1', {
      offset: ipv4At + IPV4.FLAGS_FRAGMENT_OFFSET,
      lengthBytes: 1,
      field: 'ipv4.dontFragment',
    });
  }
  if (packet.moreFragments && payloadBytes % 8 !== 0) {
    report(
      'a multiple of 8 payload bytes in every fragment but the last',
      `${payloadBytes} payload bytes with MF 1`,
      lengthPlace,
    );
  }
  if (facts.underlayMtuBytes !== undefined && packet.ipv4TotalLength > facts.underlayMtuBytes) {
    report(
      `fragments of at most ${facts.underlayMtuBytes} bytes`,
      `a fragment of ${packet.ipv4TotalLength} bytes`,
      lengthPlace,
    );
  }
  const isHeaderThere = packet.ipv4HeaderLengthBytes >= 20 && ipv4At + packet.ipv4HeaderLengthBytes <= bytes.length;
  if (isHeaderThere && !ipv4ChecksumIsGood(bytes, ipv4At)) {
    report('a correct header checksum on every fragment', 'a wrong header checksum', {
      offset: ipv4At + IPV4.HEADER_CHECKSUM,
      lengthBytes: 2,
      field: 'ipv4.headerChecksum',
    });
  }
}

/** What a fragment shows beside the others of its train, in whatever order they come. */
function judgeTrain(train: Train, piece: Piece, packet: Dissection, facts: Facts, report: Report): void {
  const { start, end } = piece;
  const offsetPlace = {
    offset: packet.ipv4At + IPV4.FLAGS_FRAGMENT_OFFSET,
    lengthBytes: 2,
    field: 'ipv4.fragmentOffset',
  };
  // The same frame seen twice in one capture.
  if (train.pieces.some((each) => isSame(each, piece))) return;
  const tos = ipv4Tos(packet.bytes, packet.ipv4At);
  // On the way, congestion may be marked on one fragment alone.
  if (tos !== train.tos && packet.fromDut) {
    report(`TOS ${hexText(train.tos, 2)} on every fragment of the train`, `TOS ${hexText(tos, 2)}`, {
      offset: packet.ipv4At + IPV4.TOS,
      lengthBytes: 1,
      field: 'ipv4.tos',
    });
  }
  if (train.pieces.some((each) => start < each.end && each.start < end)) {
    report('fragments that do not overlap', `bytes ${start} to ${end} of the payload, partly sent before`, offsetPlace);
  }
  train.pieces.push(piece);
  if (!packet.moreFragments) train.endBytes = end;
  if (start === 0 && packet.ipv6At >= 0) {
    train.expectedEndBytes = packet.ipv6EndAt - packet.ipv6At + facts.framingBytes;
  }
  const last = train.pieces.reduce((most, each) => Math.max(most, each.end), 0);
  if (train.expectedEndBytes !== undefined && isContiguous(train, last)) {
    if (last >= train.expectedEndBytes && train.endBytes === undefined) {
      report('MF 0 on the last fragment', 'MF 1 on the fragment that ends the packet', offsetPlace);
      train.endBytes = last;
    } else if (train.endBytes !== undefined && last === train.endBytes && last !== train.expectedEndBytes) {
      report(
        `fragments that add up to ${train.expectedEndBytes} payload bytes`,
        `${last} payload bytes up to the last fragment`,
        offsetPlace,
      );
    }
  }
}

function isContiguous(train: Train, last: number): boolean {
  return train.pieces.reduce((sum, piece) => sum + piece.end - piece.start, 0) === last;
}

function isComplete(train: Train): boolean {
  return train.endBytes !== undefined && isContiguous(train, train.endBytes);
}
