import { basename } from 'node:path';
import { Ipv4Address } from '../../address/ipv4-address.ts';
import { createLab } from '../../lab/index.ts';
import { concat } from '../../packet/bytes.ts';
import { ETHER_TYPE } from '../../packet/ether-types.ts';
import { ETHERNET } from '../../packet/ethernet.ts';
import { IPV6, ipv6Destination, ipv6FlowLabel, ipv6Source } from '../../packet/ipv6.ts';
import { MacAddress } from '../../packet/mac-address.ts';
import { parseProfile } from '../../profile/index.ts';
import type { LoadedCapture, OriginalFinding, PortFrame, Recording, ReplayStimulus } from '../recording.ts';
import type { OpenedRecording, OpenOptions } from '../open-recording.ts';
import { ReplayError } from '../replay-error.ts';
import { accusationsIn } from './accusations.ts';
import { AddressMap } from './address-map.ts';
import { keyOf, strangerPackets, type StrangerPacket } from './packets.ts';
import { sidesOf } from './sides.ts';
import { transplanted } from './transplant.ts';

/** Those of the memory node; a replay puts in what the DUT has. */
const DUT_MACS = { P: '02:41:00:00:00:01', U: '02:41:00:00:00:02', U2: '02:41:00:00:00:03' };
const AT = ETHERNET.HEADER_LENGTH;

/**
 * Somebody else's capture as it can be played in the lab: what was sent to the node in question, with the addresses of the lab, in
 * order; and what the rules find in what the node sent.
 *
 * @throws ReplayError or CaptureError (exit 2) when the capture does not show what was sent to whom
 */
export const strangerRecording = async (
  { file, frames }: LoadedCapture,
  options: OpenOptions,
): Promise<OpenedRecording> => {
  const wanted = options.profile === undefined ? undefined : parseProfile(options.profile);
  const { profile, accusations } = await accusationsIn(file, wanted);
  if (profile === undefined)
    throw new ReplayError(`${file}: expected tunnel packets that show the overlay, found none; name it with --profile`);
  if (profile.switches.outerFamily === 'ipv6')
    throw new ReplayError(
      `${file}: expected an overlay over IPv4, found ${profile.text}; only evidence of a case is replayed over IPv6`,
    );
  const { packets, skipped } = strangerPackets(frames, profile);
  const sides = sidesOf(packets, accusations, options.stimulus);
  const macs = { P: MacAddress.parse(DUT_MACS.P), U: MacAddress.parse(DUT_MACS.U), U2: MacAddress.parse(DUT_MACS.U2) };
  const lab = createLab(profile, { dutMacs: macs });
  const map = new AddressMap(lab, sides.node, options.map ?? []);
  const labels = new Labels();

  /** Addressed as in the lab, where everybody's MAC address spells the IP address. */
  const onPort = (packet: StrangerPacket, port: 'P' | 'U', isFromDut: boolean, label: number): Uint8Array => {
    const isFromPods = (port === 'P') !== isFromDut;
    const bytes = transplanted(packet, map, { source: isFromPods, destination: !isFromPods }, label);
    const ipv4At = isFromDut ? AT + 16 : AT + 12;
    const peer =
      port === 'P'
        ? lab.macOf(isFromDut ? ipv6Destination(bytes, AT) : ipv6Source(bytes, AT))
        : lab.macOf(lab.nextHop(Ipv4Address.fromBytes(bytes, ipv4At)) ?? lab.underlay.gatewayA);
    bytes.set(isFromDut ? peer.bytes : macs[port].bytes, ETHERNET.DESTINATION);
    bytes.set(isFromDut ? macs[port].bytes : peer.bytes, ETHERNET.SOURCE);
    return bytes;
  };

  const stimuli = sides.stimuli.map(({ packet, port, carried }): ReplayStimulus => {
    const mark = labels.of(packet);
    return { port, bytes: onPort(carried ? asSent(packet) : packet, port, false, mark), mark };
  });
  const outputs = sides.outputs.map(({ packet, port }): PortFrame => ({
    number: packet.number,
    port,
    direction: 'outbound',
    bytes: onPort(packet, port, true, labels.of(packet)),
  }));
  const findings = accusations.flatMap(({ frame, ...accusation }): OriginalFinding[] => {
    const decisive = outputs.find(({ number }) => number === frame);
    return decisive === undefined ? [] : [{ ...accusation, by: 'rule', decisive }];
  });
  const recording: Recording = {
    name: basename(file).replace(/\.[^.]*$/, ''),
    profileText: profile.text,
    seed: 'replay',
    nonce: 0,
    dutMacs: DUT_MACS,
    changes: {},
    steps: stimuli.length === 0 ? [] : [{ kind: 'exchange', cold: false, stimuli }],
    findings: firstOfEach(findings),
    outputs,
    isWholeCase: false,
    isStranger: true,
  };
  if (stimuli.length === 0)
    throw new ReplayError(
      `${file}: expected packets that were sent to ${sides.node.toString()}, found none; see --stimulus`,
    );
  const carried = sides.stimuli.filter((each) => each.carried).length;
  const notes = [
    ...map.lines,
    ...(skipped === 0 ? [] : [`${String(skipped)} frames are no whole packets of the overlay, and are left out`]),
    ...(carried === 0
      ? []
      : [
          `${String(carried)} packets from pods are not in the capture; they are taken from inside what the node sent, with Hop Limit one more`,
        ]),
    'flow labels are replaced where they do not tell packets apart; times are not kept, only the order',
  ];
  return { recording, notes };
};

/** The packet that a pod must have sent, for one that the node put into the tunnel. */
const asSent = ({ number, frame, innerAt }: StrangerPacket): StrangerPacket => {
  const header = new Uint8Array(AT);
  header.set([ETHER_TYPE.IPV6 >> 8, ETHER_TYPE.IPV6 & 0xff], ETHERNET.ETHER_TYPE);
  const bytes = concat(header, frame.subarray(innerAt));
  const at = AT + IPV6.HOP_LIMIT;
  bytes[at] = Math.min(255, (bytes[at] ?? 0) + 1);
  return { number, frame: bytes, innerAt: AT };
};

/** One flow label for each packet on its way through the node: its own, unless that is 0 or another's. */
class Labels {
  readonly #byKey = new Map<string, number>();
  readonly #used = new Set<number>();
  #next = 1;

  of(packet: StrangerPacket): number {
    const key = keyOf(packet);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    let label = ipv6FlowLabel(packet.frame, packet.innerAt);
    while (label === 0 || this.#used.has(label)) label = this.#next++;
    this.#used.add(label);
    this.#byKey.set(key, label);
    return label;
  }
}

/** A defect that every packet has is one finding. */
const firstOfEach = (findings: readonly OriginalFinding[]): readonly OriginalFinding[] =>
  findings.filter(({ requirement }, index) => findings.findIndex((each) => each.requirement === requirement) === index);
