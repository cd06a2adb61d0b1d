import { zeroed } from '../arena.ts';
import { concat, writeUint32, writeUint8 } from '../bytes.ts';
import { internetChecksum } from '../checksum.ts';
import { ICMPV4 } from '../icmpv4.ts';
import { ICMPV4_TYPE } from '../icmpv4-types.ts';
import { unsigned, type Layer } from '../layer.ts';
import { PROTOCOL } from '../protocol-numbers.ts';
import { writeChecksum } from './upper-layer-checksum.ts';

export interface Icmpv4Fields {
  readonly type?: number;
  readonly code?: number;
  readonly checksum?: number;
  /** Bytes 4 to 7 as one number. */
  readonly restOfHeader?: number;
  readonly body?: Uint8Array;
}

export interface Icmpv4EchoFields {
  readonly code?: number;
  readonly checksum?: number;
  readonly identifier?: number;
  readonly sequence?: number;
  readonly data?: Uint8Array;
}

export interface Icmpv4ErrorFields {
  readonly type: number;
  readonly code?: number;
  readonly checksum?: number;
  /** Bytes 4 to 7; excludes nextHopMtu. */
  readonly restOfHeader?: number;
  /** For "fragmentation needed": bytes 6 and 7 (RFC 1191 section 4). */
  readonly nextHopMtu?: number;
  /** The packet that caused the error, from its IPv4 header on, as much of it as is quoted. */
  readonly quoted: Uint8Array;
}

/** Any ICMPv4 message; see icmpv4.ts. Unset: checksum computed, everything else zero. */
export function icmpv4(fields: Icmpv4Fields = {}): Layer {
  return {
    kind: 'icmpv4',
    protocolNumber: PROTOCOL.ICMPV4,
    finish(inner) {
      const header = zeroed(ICMPV4.HEADER_LENGTH);
      writeUint8(header, ICMPV4.TYPE, unsigned('type', fields.type ?? 0, 8));
      writeUint8(header, ICMPV4.CODE, unsigned('code', fields.code ?? 0, 8));
      writeUint32(header, ICMPV4.REST_OF_HEADER, unsigned('restOfHeader', fields.restOfHeader ?? 0, 32));
      const message = concat(header, fields.body ?? new Uint8Array(0), inner);
      const set = fields.checksum === undefined ? undefined : unsigned('checksum', fields.checksum, 16);
      return writeChecksum(message, ICMPV4.CHECKSUM, set, () => internetChecksum(message));
    },
  };
}

export function icmpv4EchoRequest(fields: Icmpv4EchoFields = {}): Layer {
  return echo(ICMPV4_TYPE.ECHO_REQUEST, fields);
}

export function icmpv4EchoReply(fields: Icmpv4EchoFields = {}): Layer {
  return echo(ICMPV4_TYPE.ECHO_REPLY, fields);
}

/** An ICMPv4 error that quotes a packet. */
export function icmpv4Error(fields: Icmpv4ErrorFields): Layer {
  const { nextHopMtu, quoted, restOfHeader, ...rest } = fields;
  const parameter = restOfHeader ?? unsigned('nextHopMtu', nextHopMtu ?? 0, 16);
  return icmpv4({ ...rest, restOfHeader: parameter, body: quoted });
}

function echo(type: number, { identifier = 0, sequence = 0, data, ...rest }: Icmpv4EchoFields): Layer {
  const high = unsigned('identifier', identifier, 16);
  const low = unsigned('sequence', sequence, 16);
  return icmpv4({ ...rest, type, restOfHeader: high * 0x10000 + low, body: data ?? new Uint8Array(0) });
}
