import { library, program, type GuestExtras } from '../../node/vm/userland-store.ts';

/** What the alternatives need that no other guest does: bridges, nftables, WireGuard. */
export const OVERLAY_EXTRAS: GuestExtras = {
  packages: [
    'libedit2',
    'libgmp10',
    'libjansson4',
    'libnftables1',
    'libnftnl11',
    'libtinfo6',
    'nftables',
    'wireguard-tools',
  ],
  files: [
    program('sbin/bridge', 'sbin/bridge', 'usr/sbin/bridge'),
    program('sbin/nft', 'usr/sbin/nft', 'sbin/nft'),
    program('sbin/wg', 'usr/bin/wg', 'bin/wg'),
    ...['libedit.so.2', 'libgmp.so.10', 'libjansson.so.4', 'libnftables.so.1', 'libnftnl.so.11', 'libtinfo.so.6'].map(
      library,
    ),
  ],
  modules: [
    'bridge',
    'nf_conntrack',
    'nf_nat',
    'nf_tables',
    'nft_chain_nat',
    'nft_ct',
    'nft_nat',
    'vxlan',
    'wireguard',
  ],
};
