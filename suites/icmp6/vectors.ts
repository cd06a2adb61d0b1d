import { Ipv6Address } from '../../harness/address/index.ts';
import type { Lab } from '../../harness/lab/index.ts';
import type { Icmpv6Expectation } from '../../harness/tester/context.ts';

export const DESTINATION_UNREACHABLE = 1;
export const PACKET_TOO_BIG = 2;
export const NO_ROUTE = 0;
export const BEYOND_SCOPE = 2;
export const ADDRESS_UNREACHABLE = 3;
export const REJECT_ROUTE = 6;

/** As a router says it: in transit. */
export const TIME_EXCEEDED = { type: 3, codes: [0] } as const satisfies Omit<Icmpv6Expectation, 'via'>;

const NOWHERE = ['fd77:7777:7777::9', '3fff:77::9'].map((text) => Ipv6Address.parse(text));

/** An address to which the lab's routes do not lead. */
export const nowhere = ({ map }: Lab): Ipv6Address => {
  const found = NOWHERE.find((address) => map?.domainPrefix.contains(address) !== true);
  if (found === undefined) throw new Error('Expected an address outside the domain, found none');
  return found;
};

/** Pods of this area, one or two for each question, so that no case spends what the node has for errors to the pod of another. */
export const POD = {
  format: [6, 7],
  source: [8, 9],
  codes: [6, 7, 8],
  silent: 9,
  restraint: 10,
  control: 11,
  flood: 11,
} as const;
