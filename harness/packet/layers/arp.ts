import type { Ipv4Address } from '../../address/index.ts';
import { ARP, ARP_HARDWARE_ETHERNET, ARP_OPERATION } from '../arp.ts';
import { concat, writeUint16, writeUint8 } from '../bytes.ts';
import { ETHER_TYPE } from '../ether-types.ts';
import { ipv4Bytes, macBytes, unsigned, type Layer } from '../layer.ts';
import type { MacAddress } from '../mac-address.ts';

export interface ArpFields {
  readonly hardwareType?: number;
  readonly protocolType?: number;
  readonly hardwareLength?: number;
  readonly protocolLength?: number;
  /** ARP_OPERATION.REQUEST if unset. */
  readonly operation?: number;
  readonly senderHardwareAddress?: MacAddress | string;
  readonly senderProtocolAddress?: Ipv4Address | string;
  readonly targetHardwareAddress?: MacAddress | string;
  readonly targetProtocolAddress?: Ipv4Address | string;
}

/** ARP for IPv4 over Ethernet; see arp.ts. Unset addresses are zero. */
export function arp(fields: ArpFields = {}): Layer {
  return {
    kind: 'arp',
    etherType: ETHER_TYPE.ARP,
    finish(inner) {
      const bytes = new Uint8Array(ARP.HEADER_LENGTH);
      const hardwareType = fields.hardwareType ?? ARP_HARDWARE_ETHERNET;
      writeUint16(bytes, ARP.HARDWARE_TYPE, unsigned('hardwareType', hardwareType, 16));
      writeUint16(bytes, ARP.PROTOCOL_TYPE, unsigned('protocolType', fields.protocolType ?? ETHER_TYPE.IPV4, 16));
      writeUint8(bytes, ARP.HARDWARE_LENGTH, unsigned('hardwareLength', fields.hardwareLength ?? 6, 8));
      writeUint8(bytes, ARP.PROTOCOL_LENGTH, unsigned('protocolLength', fields.protocolLength ?? 4, 8));
      writeUint16(bytes, ARP.OPERATION, unsigned('operation', fields.operation ?? ARP_OPERATION.REQUEST, 16));
      bytes.set(macBytes(fields.senderHardwareAddress), ARP.SENDER_HARDWARE_ADDRESS);
      bytes.set(ipv4Bytes(fields.senderProtocolAddress), ARP.SENDER_PROTOCOL_ADDRESS);
      bytes.set(macBytes(fields.targetHardwareAddress), ARP.TARGET_HARDWARE_ADDRESS);
      bytes.set(ipv4Bytes(fields.targetProtocolAddress), ARP.TARGET_PROTOCOL_ADDRESS);
      return concat(bytes, inner);
    },
  };
}
