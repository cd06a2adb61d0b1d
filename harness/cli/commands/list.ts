import { printableJson } from '../../report/escape.ts';
import { globMatcher } from '../../runner/glob.ts';
import { nearMatches } from '../../runner/near-matches.ts';
import { EXIT } from '../../runner/exit-code.ts';
import { caseListing } from '../lists/cases.ts';
import { coverageFacts, coverageListing } from '../lists/coverage-facts.ts';
import { faultListing } from '../lists/faults.ts';
import { kernelListing } from '../lists/kernels.ts';
import { listingText, type Listing } from '../lists/listing.ts';
import { nodeListing } from '../lists/nodes.ts';
import { profileListing } from '../lists/profiles.ts';
import { requirementListing } from '../lists/requirements.ts';
import { targetListing } from '../lists/targets.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

type Maker = (services: Services) => Promise<Listing> | Listing;

const LISTINGS: Readonly<Record<string, Maker>> = {
  requirements: async (services) =>
    requirementListing(await services.loadRegistry(), await services.ruleRequirements()),
  cases: async (services) => caseListing(await services.loadRegistry()),
  coverage: async (services) =>
    coverageListing(
      coverageFacts(await services.loadRegistry(), await services.ruleRequirements(), await services.faultNames()),
    ),
  targets: targetListing,
  nodes: nodeListing,
  kernels: kernelListing,
  profiles: profileListing,
  faults: async (services) => faultListing((await services.loadRegistry()).requirements, await services.faultNames()),
};

/** What can be listed. */
export const LISTABLE: readonly string[] = Object.keys(LISTINGS);

/** Lists requirements, cases and so on; with a glob only the entries whose id it matches. */
export const listCommand = async (
  terminal: Terminal,
  services: Services,
  what: string,
  glob: string | undefined,
  flags: { readonly json?: boolean },
): Promise<number> => {
  const make = Object.hasOwn(LISTINGS, what) ? LISTINGS[what] : undefined;
  if (make === undefined) {
    const [near] = nearMatches(what, LISTABLE);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    throw new UsageError(`list: expected one of ${LISTABLE.join(', ')}, found ${JSON.stringify(what)}${hint}`);
  }
  const all = await make(services);
  const matches = globMatcher(glob ?? '*');
  const listing = { ...all, entries: all.entries.filter(({ id }) => matches(id)) };
  if (glob !== undefined && listing.entries.length === 0) {
    const near = nearMatches(
      glob,
      all.entries.map(({ id }) => id),
    );
    const hint = near.length === 0 ? '' : `; did you mean ${near.join(', ')}?`;
    throw new UsageError(
      `list ${what}: expected ${JSON.stringify(glob)} to match one of ${String(all.entries.length)} ${what}, found none${hint}`,
    );
  }
  const facts = listing.entries.map((entry) => entry.facts);
  terminal.out(
    flags.json === true ? `${printableJson(facts)}\n` : listingText(listing, all.entries.length, terminal.outPalette),
  );
  return EXIT.expected;
};
