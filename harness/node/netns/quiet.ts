/** Keeps the stack of a namespace from changing frames, and from saying anything that nobody asked for. */
import { writeFileSync } from 'node:fs';
import { interfaceRequest } from '../../wire/interface/link-probe.ts';
import {
  addressOf,
  closeDescriptor,
  controlDevice,
  hasErrorName,
  openSocket,
} from '../../wire/interface/system-calls.ts';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SIOCETHTOOL = 0x8946;
const REQUEST_DATA = 16;

/** Commands of linux/ethtool.h, each with what switches it off. */
const OFFLOADS = [
  ['receive checksums', 0x15],
  ['transmit checksums', 0x17],
  ['scatter and gather', 0x19],
  ['TCP segmentation', 0x1f],
  ['segmentation', 0x24],
  ['receive aggregation', 0x2c],
  ['VLAN tags and large receive', 0x26],
] as const;

/** Frames reach the stack as they came, and leave as the stack made them. Works on the namespace that the thread is in. */
export const switchOffloadsOff = (interfaceName: string): void => {
  const socket = openSocket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  try {
    for (const [, command] of OFFLOADS) {
      const value = new Uint8Array(Uint32Array.of(command, 0).buffer); // `struct ethtool_value`
      const { view, bytes } = interfaceRequest(interfaceName);
      view.setBigUint64(REQUEST_DATA, addressOf(value), true);
      try {
        controlDevice(socket, SIOCETHTOOL, bytes);
      } catch (error) {
        // What a device does not have need not be switched off.
        if (!hasErrorName(error, 'EOPNOTSUPP', 'ENOTSUP', 'EINVAL')) throw error;
      }
    }
  } finally {
    closeDescriptor(socket);
  }
};

/** Sets files below /proc/sys/net of the namespace that the thread is in; a kernel without a name does not need it. */
export const setSysctl = (value: number, ...names: readonly string[]): void => {
  for (const name of names) {
    try {
      writeFileSync(`/proc/sys/net/${name}`, String(value), { flag: 'r+' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
};

/** No autoconfiguration, no duplicate address detection, and multicast listener reports once and at once: as in the vm node. */
export const quietenNode = (): void => {
  setSysctl(0, 'ipv4/ip_forward');
  for (const scope of ['all', 'default']) {
    const names = [
      'accept_ra',
      'autoconf',
      'accept_dad',
      'dad_transmits',
      'router_solicitations',
      'mldv1_unsolicited_report_interval',
      'mldv2_unsolicited_report_interval',
    ];
    setSysctl(0, ...names.map((name) => `ipv6/conf/${scope}/${name}`));
  }
  setSysctl(1, 'ipv6/mld_qrv');
  // A namespace inherits these of IPv4 from the machine, whatever somebody has made of them there.
  for (const scope of ['all', 'default']) {
    const names = ['forwarding', 'rp_filter', 'log_martians', 'arp_ignore', 'arp_announce', 'arp_filter', 'proxy_arp'];
    setSysctl(0, ...names.map((name) => `ipv4/conf/${scope}/${name}`));
  }
};

/** The tester speaks by itself; the stack at its end of the links has nothing to say at all. */
export const silenceTester = (): void => {
  setSysctl(1, 'ipv6/conf/all/disable_ipv6', 'ipv6/conf/default/disable_ipv6');
};
