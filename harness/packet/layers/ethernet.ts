import { zeroed } from '../arena.ts';
import { concat, writeUint16 } from '../bytes.ts';
import { ETHER_TYPE } from '../ether-types.ts';
import { ETHERNET, VLAN, type VlanHeader } from '../ethernet.ts';
import { macBytes, unsigned, type Layer } from '../layer.ts';
import type { MacAddress } from '../mac-address.ts';
import { etherTypeOf } from './next-protocol.ts';

export interface EthernetFields {
  readonly destination?: MacAddress | string;
  readonly source?: MacAddress | string;
  readonly etherType?: number;
}

/** Ethernet II header; see ethernet.ts. Unset addresses are zero. */
export function ethernet(fields: EthernetFields = {}): Layer {
  return {
    kind: 'ethernet',
    finish(inner, { next }) {
      const header = zeroed(ETHERNET.HEADER_LENGTH);
      header.set(macBytes(fields.destination), ETHERNET.DESTINATION);
      header.set(macBytes(fields.source), ETHERNET.SOURCE);
      writeUint16(header, ETHERNET.ETHER_TYPE, unsigned('etherType', fields.etherType ?? etherTypeOf(next), 16));
      return concat(header, inner);
    },
  };
}

/** VLAN tag behind an Ethernet header; see ethernet.ts. */
export function vlan(fields: Partial<VlanHeader> = {}): Layer {
  return {
    kind: 'vlan',
    etherType: ETHER_TYPE.VLAN,
    finish(inner, { next }) {
      const tag = new Uint8Array(VLAN.HEADER_LENGTH);
      const priority = unsigned('priority', fields.priority ?? 0, 3);
      const identifier = unsigned('vlanIdentifier', fields.vlanIdentifier ?? 0, 12);
      writeUint16(tag, VLAN.TAG_CONTROL, (priority << 13) | (fields.dropEligible === true ? 0x1000 : 0) | identifier);
      writeUint16(tag, VLAN.ETHER_TYPE, unsigned('etherType', fields.etherType ?? etherTypeOf(next), 16));
      return concat(tag, inner);
    },
  };
}
