import type { Lab } from '../lab/index.ts';
import { ARP, ARP_OPERATION, arpOperation, readArpHeader } from '../packet/arp.ts';
import { build } from '../packet/build.ts';
import { ETHER_TYPE } from '../packet/ether-types.ts';
import { ethernetEtherType, ETHERNET } from '../packet/ethernet.ts';
import { icmpv6Type } from '../packet/icmpv6.ts';
import { ICMPV6_TYPE } from '../packet/icmpv6-types.ts';
import { IPV6 } from '../packet/ipv6.ts';
import { arp } from '../packet/layers/arp.ts';
import { ethernet } from '../packet/layers/ethernet.ts';
import { ipv6 } from '../packet/layers/ipv6.ts';
import { neighborSolicitation } from '../packet/layers/ndp.ts';
import { NDP_HOP_LIMIT, ndpTarget } from '../packet/ndp.ts';
import { sourceLinkLayerAddressOption } from '../packet/ndp-options.ts';
import type { RecordedFrame } from '../wire/recorder.ts';
import type { PortName } from '../wire/wire.ts';

/** A question that every living DUT answers, whatever is wrong with its tunnel. */
export interface Probe {
  readonly port: PortName;
  readonly frame: Uint8Array;
  readonly isAnswer: (frame: RecordedFrame) => boolean;
}

const AT = ETHERNET.HEADER_LENGTH;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';

/** ARP for the DUT's IPv4 address on an underlay port, asked by the gateway there (RFC 826). */
export const arpProbe = (lab: Lab, port: 'U' | 'U2'): Probe => {
  const { underlay } = lab;
  const asker = port === 'U' ? underlay.gatewayA : underlay.secondGateway;
  const target = port === 'U' ? underlay.dut : underlay.dutOnSecondSegment;
  const mac = lab.macOf(asker);
  return {
    port,
    frame: build(
      ethernet({ source: mac, destination: BROADCAST }),
      arp({
        operation: ARP_OPERATION.REQUEST,
        senderHardwareAddress: mac,
        senderProtocolAddress: asker,
        targetProtocolAddress: target,
      }),
    ),
    isAnswer: ({ port: on, bytes }) =>
      on === port &&
      bytes.length >= AT + ARP.HEADER_LENGTH &&
      ethernetEtherType(bytes) === ETHER_TYPE.ARP &&
      arpOperation(bytes, AT) === ARP_OPERATION.REPLY &&
      readArpHeader(bytes, AT).senderProtocolAddress.equals(target),
  };
};

/** Neighbour solicitation for the pods' router, asked by a pod, unicast so that a warm cache is enough (RFC 4861 section 7.2.2). */
export const solicitationProbe = (lab: Lab): Probe => {
  const pod = lab.n1.pod();
  const mac = lab.macOf(pod);
  return {
    port: 'P',
    frame: build(
      ethernet({ source: mac, destination: lab.macs.dut.P }),
      ipv6({ source: pod, destination: lab.podGateway, hopLimit: NDP_HOP_LIMIT }),
      neighborSolicitation({ target: lab.podGateway, options: [sourceLinkLayerAddressOption(mac)] }),
    ),
    isAnswer: ({ port, bytes }) =>
      port === 'P' &&
      bytes.length >= AT + IPV6.HEADER_LENGTH + 24 &&
      ethernetEtherType(bytes) === ETHER_TYPE.IPV6 &&
      icmpv6Type(bytes, AT + IPV6.HEADER_LENGTH) === ICMPV6_TYPE.NEIGHBOR_ADVERTISEMENT &&
      ndpTarget(bytes, AT + IPV6.HEADER_LENGTH).equals(lab.podGateway),
  };
};
