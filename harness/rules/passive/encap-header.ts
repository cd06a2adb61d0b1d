/** The outer IPv4 header, field by field (RFC 791 section 3.1, RFC 4213 section 3.5). */
import { readUint8 } from '../../packet/bytes.ts';
import { IPV4, ipv4ChecksumIsGood, ipv4HeaderChecksum, ipv4ReservedFlag, ipv4Version } from '../../packet/ipv4.ts';
import { IPV6 } from '../../packet/ipv6.ts';
import { protocolName } from '../../packet/protocol-numbers.ts';
import type { Dissection } from '../dissection.ts';
import { isProfile } from '../facts.ts';
import { always, type PassiveRule } from '../rule.ts';
import { hexText, ipv4Text } from '../text.ts';
import { isLeftToCard } from '../unfinished.ts';
import { isWholeInFirstFragment } from './encap-lengths.ts';
import { isUnmarkedTunnelPacket } from './unmarked.ts';

const flagsPlace = (packet: Dissection) => ({
  offset: packet.ipv4At + IPV4.FLAGS_FRAGMENT_OFFSET,
  lengthBytes: 2,
  field: 'ipv4.flags',
});
const sourcePlace = (packet: Dissection) => ({
  offset: packet.ipv4At + IPV4.SOURCE,
  lengthBytes: 4,
  field: 'ipv4.source',
});

export const configuredDestination: PassiveRule = {
  requirement: 'encap.configured-destination',
  scope: 'header',
  appliesTo: (facts) => isProfile(facts, '6in4', 'fou', 'gue', 'gre', 'ip6ip6') && facts.remote !== undefined,
  judge(packet, { remote }, report) {
    // A host in a capture may have other tunnels beside this one.
    if (!packet.fromDut || remote === undefined) return false;
    if (packet.ipv4Destination !== remote) {
      report(
        `outer destination ${ipv4Text(remote)}, the configured remote`,
        `outer destination ${ipv4Text(packet.ipv4Destination)}`,
        {
          offset: packet.ipv4At + IPV4.DESTINATION,
          lengthBytes: 4,
          field: 'ipv4.destination',
        },
      );
    }
    return true;
  },
};

export const dfNeverCleared: PassiveRule = {
  requirement: 'encap.df-never-cleared-in-transit',
  scope: 'header',
  appliesTo: always,
  judge(packet, _facts, report) {
    if (packet.isFragment && packet.dontFragment && !isWholeInFirstFragment(packet)) {
      report('no fragment of a packet with DF 1', 'an outer fragment with DF 1', flagsPlace(packet));
    }
    return true;
  },
};

export const flagsAndOffset: PassiveRule = {
  requirement: 'encap.flags-and-offset',
  scope: 'header',
  appliesTo: always,
  judge(packet, _facts, report) {
    if (ipv4ReservedFlag(packet.bytes, packet.ipv4At))
      report('the reserved flag 0', 'the reserved flag 1', flagsPlace(packet));
    // A fragment is legal where the node fragments; one that already holds everything is none.
    if (isWholeInFirstFragment(packet))
      report('MF 0 on a packet that is not fragmented', 'MF 1 on a complete packet', flagsPlace(packet));
    return true;
  },
};

export const headerChecksum: PassiveRule = {
  requirement: 'encap.header-checksum',
  scope: 'header',
  appliesTo: always,
  judge(packet, facts, report) {
    // Fragments: fragment.encap-train.
    if (packet.isFragment || packet.ipv4HeaderLengthBytes < IPV4.MINIMUM_HEADER_LENGTH) return false;
    if (packet.ipv4At + packet.ipv4HeaderLengthBytes > packet.bytes.length) return false;
    const checksum = ipv4HeaderChecksum(packet.bytes, packet.ipv4At);
    if (!ipv4ChecksumIsGood(packet.bytes, packet.ipv4At)) {
      if (checksum === 0 && isLeftToCard(packet, facts, 'HEADER_CHECKSUM')) return false;
      report('a correct header checksum', `header checksum ${hexText(checksum, 4)}`, {
        offset: packet.ipv4At + IPV4.HEADER_CHECKSUM,
        lengthBytes: 2,
        field: 'ipv4.headerChecksum',
      });
    }
    return true;
  },
};

export const ihl5: PassiveRule = {
  requirement: 'encap.ihl-5',
  scope: 'header',
  appliesTo: always,
  judge(packet, _facts, report) {
    const words = packet.ipv4HeaderLengthBytes / 4;
    const place = { offset: packet.ipv4At + IPV4.VERSION_IHL, lengthBytes: 1, field: 'ipv4.ihl' };
    if (words !== 5) report('IHL 5, no IPv4 options', `IHL ${words}`, place);
    else if (packet.framing === 'protocol-41' && packet.fragmentOffset === 0) {
      const innerAt = packet.ipv4At + IPV4.MINIMUM_HEADER_LENGTH;
      if (innerAt + IPV6.HEADER_LENGTH > packet.bytes.length) return false;
      const version = readUint8(packet.bytes, innerAt) >>> 4;
      if (version !== 6) {
        report('the inner IPv6 header 20 bytes after the start of the IPv4 header', `version ${version} there`, {
          offset: innerAt,
          lengthBytes: 1,
          field: 'ipv6.version',
        });
      }
    }
    return true;
  },
};

export const protocol41: PassiveRule = {
  requirement: 'encap.protocol-41',
  scope: 'emitted',
  appliesTo: (facts) => facts.tunnelPort === 0 && isProfile(facts, '6in4', '6to4', '6rd', '6rd-br', 'isatap'),
  judge(packet, facts, report) {
    if (packet.framing === 'protocol-41') return true;
    if (!isUnmarkedTunnelPacket(packet, facts)) return false;
    report(
      'protocol 41',
      `protocol ${packet.ipv4Protocol} (${protocolName(packet.ipv4Protocol)}) in front of an IPv6 packet`,
      {
        offset: packet.ipv4At + IPV4.PROTOCOL,
        lengthBytes: 1,
        field: 'ipv4.protocol',
      },
    );
    return true;
  },
};

export const sourceAddress: PassiveRule = {
  requirement: 'encap.source-address',
  scope: 'header',
  appliesTo: (facts) => facts.tunnelSource !== undefined,
  judge(packet, { tunnelSource, dutIpv4OnOtherPorts }, report) {
    if (tunnelSource === undefined || dutIpv4OnOtherPorts.includes(packet.ipv4Source)) return false;
    if (packet.ipv4Source !== tunnelSource) {
      report(
        `outer source ${ipv4Text(tunnelSource)}, the tunnel endpoint of the node`,
        `outer source ${ipv4Text(packet.ipv4Source)}`,
        sourcePlace(packet),
      );
    }
    return true;
  },
};

export const sourceStableMultihomed: PassiveRule = {
  requirement: 'encap.source-stable-multihomed',
  scope: 'header',
  appliesTo: (facts) => facts.tunnelSource !== undefined && facts.dutIpv4OnOtherPorts.length > 0,
  judge(packet, { tunnelSource, dutIpv4OnOtherPorts }, report, { port }) {
    const isOther = dutIpv4OnOtherPorts.includes(packet.ipv4Source);
    if (tunnelSource !== undefined && isOther) {
      report(
        `outer source ${ipv4Text(tunnelSource)}, whatever the port it leaves by`,
        `outer source ${ipv4Text(packet.ipv4Source)}, the address of another port`,
        sourcePlace(packet),
      );
    }
    // On the usual port the rule proves nothing.
    return isOther || port === 'U2';
  },
};

export const version4: PassiveRule = {
  requirement: 'encap.version-4',
  scope: 'header',
  appliesTo: always,
  judge(packet, _facts, report) {
    const version = ipv4Version(packet.bytes, packet.ipv4At);
    if (version !== 4) {
      report('version 4', `version ${version}`, { offset: packet.ipv4At, lengthBytes: 1, field: 'ipv4.version' });
    }
    return true;
  },
};
