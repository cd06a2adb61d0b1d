import { zeroed } from '../arena.ts';
import { concat, writeUint32, writeUint8 } from '../bytes.ts';
import { ICMPV6 } from '../icmpv6.ts';
import { ICMPV6_TYPE } from '../icmpv6-types.ts';
import { unsigned, type Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { upperLayerChecksum, writeChecksum } from './upper-layer-checksum.ts';

export interface Icmpv6Fields {
  readonly type?: number;
  readonly code?: number;
  readonly checksum?: number;
  /** Bytes 4 to 7 as one number. */
  readonly parameter?: number;
  readonly body?: Uint8Array;
}

export interface Icmpv6EchoFields {
  readonly code?: number;
  readonly checksum?: number;
  readonly identifier?: number;
  readonly sequence?: number;
  readonly data?: Uint8Array;
}

export interface Icmpv6ErrorFields {
  readonly type: number;
  readonly code?: number;
  readonly checksum?: number;
  /** The MTU of a Packet Too Big, the Pointer of a Parameter Problem; zero if unset. */
  readonly parameter?: number;
  /** The packet that caused the error, from its IPv6 header on, as much of it as is quoted. */
  readonly quoted: Uint8Array;
}

/** Any ICMPv6 message; see icmpv6.ts. Unset: checksum computed, everything else zero. */
export function icmpv6(fields: Icmpv6Fields = {}): Layer {
  return {
    kind: 'icmpv6',
    protocolNumber: PROTOCOL.ICMPV6,
    finish(inner, context) {
      const header = zeroed(ICMPV6.HEADER_LENGTH);
      writeUint8(header, ICMPV6.TYPE, unsigned('type', fields.type ?? 0, 8));
      writeUint8(header, ICMPV6.CODE, unsigned('code', fields.code ?? 0, 8));
      writeUint32(header, ICMPV6.PARAMETER, unsigned('parameter', fields.parameter ?? 0, 32));
      const message = concat(header, fields.body ?? new Uint8Array(0), inner);
      const set = fields.checksum === undefined ? undefined : unsigned('checksum', fields.checksum, 16);
      return writeChecksum(message, ICMPV6.CHECKSUM, set, () => upperLayerChecksum(message, PROTOCOL.ICMPV6, context));
    },
  };
}

export function icmpv6EchoRequest(fields: Icmpv6EchoFields = {}): Layer {
  return echo(ICMPV6_TYPE.ECHO_REQUEST, fields);
}

export function icmpv6EchoReply(fields: Icmpv6EchoFields = {}): Layer {
  return echo(ICMPV6_TYPE.ECHO_REPLY, fields);
}

/** An ICMPv6 error that quotes a packet (RFC 4443 section 3). */
export function icmpv6Error({ quoted, ...fields }: Icmpv6ErrorFields): Layer {
  return icmpv6({ ...fields, body: quoted });
}

function echo(type: number, { identifier = 0, sequence = 0, data, ...rest }: Icmpv6EchoFields): Layer {
  const high = unsigned('identifier', identifier, 16);
  const low = unsigned('sequence', sequence, 16);
  return icmpv6({ ...rest, type, parameter: high * 0x10000 + low, body: data ?? new Uint8Array(0) });
}
