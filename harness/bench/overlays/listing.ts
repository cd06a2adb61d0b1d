import type { OverlayGuest } from './guest.ts';
import { DEVICE } from './overlay.ts';
import { ENTRY_KINDS, type EntryCounts, type EntryKind } from './result.ts';

/** What the tables of a node hold, one text for each entry. */
export type Listing = ReadonlyMap<EntryKind, ReadonlySet<string>>;

const SECTION = /^=== (.+)$/;

const script = (node: string): string => `
echo '=== links'; ip -n ${node} -o link show
echo '=== routes'; ip -n ${node} -4 route show table all; ip -n ${node} -6 route show table all
echo '=== neighbours'; ip -n ${node} neigh show nud permanent
echo '=== forwarding'; [ ! -e /sys/module/vxlan ] || bridge -n ${node} fdb show
echo '=== peers'; [ ! -e /sys/module/wireguard ] || ip netns exec ${node} wg show ${DEVICE} allowed-ips
echo '=== rules'; [ ! -e /sys/module/nf_tables ] || ip netns exec ${node} nft list ruleset
echo '=== ports'; [ ! -e /sys/module/fou ] || ip -n ${node} fou show
`;

/** Asks the node's kernel for everything that it has been told. */
export const listNode = async (guest: OverlayGuest, node: string): Promise<Listing> =>
  parseListing((await guest.run(script(node), `the listing of ${node}`)).stdout);

/** Devices that a driver makes by itself, in every namespace, when it is loaded. */
const FALLBACK_DEVICES = new Set(['lo', 'sit0', 'gre0', 'gretap0', 'erspan0', 'ip6tnl0', 'tunl0', 'ip6gre0']);

/** Reads what the programs of the system print. What the kernel adds by itself to an address or a device is no entry. */
export const parseListing = (text: string): Listing => {
  const entries = new Map<EntryKind, Set<string>>();
  const add = (kind: EntryKind, entry: string): void => {
    const known = entries.get(kind) ?? new Set();
    entries.set(kind, known.add(entry));
  };
  let section = '';
  for (const line of text.split('\n')) {
    const [, name] = SECTION.exec(line) ?? [];
    if (name !== undefined) section = name;
    else if (line.trim() !== '') readEntry(section, line, add);
  }
  return entries;
};

type Add = (kind: EntryKind, entry: string) => void;

const readEntry = (section: string, line: string, add: Add): void => {
  switch (section) {
    case 'links': {
      const device = /^\d+: ([^:@]+)/.exec(line)?.[1];
      if (device !== undefined && !FALLBACK_DEVICES.has(device)) add('devices', device);
      return;
    }
    case 'routes':
      if (!/ proto kernel| table local |^(?:local|broadcast|multicast|anycast) /.test(`${line} `)) {
        add('routes', line.replace(/ expires -?\d+sec/, '').trim());
      }
      return;
    case 'neighbours':
      add('neighbours', line.trim());
      return;
    case 'forwarding':
      if (/ dst /.test(line)) add('forwarding', line.trim());
      return;
    case 'peers': {
      const [key = '', ...prefixes] = line.split(/\s+/);
      add('peers', key);
      for (const prefix of prefixes)
        if (prefix !== '(none)' && prefix !== '') add('prefixes of peers', `${key} ${prefix}`);
      return;
    }
    case 'rules':
      // Neither the braces of tables and chains nor what a chain is hooked to.
      if (/^\t\t(?!type )/.test(line)) add('rules', line.trim());
      return;
    case 'ports':
      add('UDP ports', line.trim());
  }
};

export interface ListingDifference {
  readonly added: EntryCounts;
  readonly removed: EntryCounts;
}

export const differenceOf = (before: Listing, after: Listing): ListingDifference => ({
  added: missingFrom(before, after),
  removed: missingFrom(after, before),
});

/** How many entries `listing` has that `other` has not. */
const missingFrom = (other: Listing, listing: Listing): EntryCounts => {
  const counts: Partial<Record<EntryKind, number>> = {};
  for (const kind of ENTRY_KINDS) {
    const known = other.get(kind);
    const count = [...(listing.get(kind) ?? [])].filter((entry) => known?.has(entry) !== true).length;
    if (count > 0) counts[kind] = count;
  }
  return counts;
};

export const totalOf = (counts: EntryCounts): number => Object.values(counts).reduce((sum, count) => sum + count, 0);
