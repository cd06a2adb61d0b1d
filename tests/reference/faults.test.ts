import { FAULTS, faultByName, faultNames, UnknownFaultError } from '../../harness/reference/index.ts';
import { CORRECT } from '../../harness/reference/behaviour.ts';
import { requirements } from '../../suites/catalogue/index.ts';
import { assert, suite } from '../support/suite.ts';
import type { TargetSetup } from '../../harness/target/setup.ts';
import type { BenchOptions } from './reference-bench.ts';
import { startBench } from './reference-bench.ts';
import { Workout } from './workout.ts';
import { ownFragments } from './workout-own-fragments.ts';
import { crowd, podSide } from './workout-pods.ts';
import { timeAndSize } from './workout-time.ts';
import { tunnelSide } from './workout-tunnel.ts';
import { framing } from './workout-framing.ts';
import { udpFramings } from './workout-udp.ts';

const test = suite('reference/faults');

const OVERLAY = '6rd:fd5a:1234:5600::/40+10.0.0.0/8';

const withAddress =
  (address: string, nodePrefix: string) =>
  (setup: TargetSetup): TargetSetup => ({
    ...setup,
    underlay: { ...setup.underlay, address },
    overlay: { ...setup.overlay, nodePrefix },
  });

const tooLong = (setup: TargetSetup): TargetSetup => ({
  ...setup,
  mapping: { kind: '6rd', domainPrefix: 'fd5a:1234:5600::/41', ipv4Prefix: '10.0.0.0/8', role: 'ce' },
});

/** Together they show every fault; the ones that show most come first. */
const PROFILES: readonly (readonly [string, BenchOptions?])[] = [
  [`${OVERLAY},relay=configured`],
  ['6in4'],
  ['6to4'],
  [`${OVERLAY},encap=fou:3544`],
  [`${OVERLAY},relay=configured,icmp4Translate=address-unreachable,tos=fixed:0x28`],
  [`${OVERLAY},encap=fou:3544,udpChecksum=on,sourcePort=fixed`, { routesOverU2: ['10.2.0.0/16'] }],
  [`${OVERLAY},mtu=static:1280,nativeInnerSrc=accept,tos=zero`],
  [OVERLAY, { underlayMtuBytes: 1290 }],
  ['6rd:2001:db8:8000::/33+192.0.0.0/8'],
  ['6rd:2001:db8::/32+0.0.0.0/0,privateV4=allow'],
  ['6rd:2001:db8:0:ffff::/64+10.0.0.9/32'],
  [`${OVERLAY},hopByHop=process,foreignPrefixCheck=on`],
  ['6in4,ingressFilter=on'],
  [`${OVERLAY},relay=configured,hairpin=relay`],
  ['6to4', { change: withAddress('10.0.0.1', '2002:a00:1::/48') }],
  [OVERLAY, { change: tooLong }],
  [`${OVERLAY},encap=gue:6080`],
  [`${OVERLAY},encap=fou:6080,dualFraming=yes`],
  ['ip6ip6,encap=fou:3544'],
  ['ip6ip6,encap=fou:3544,udpChecksum=zero'],
];
const PARTS = [podSide, tunnelSide, timeAndSize, framing, udpFramings, ownFragments, crowd] as const;
/** Where a fault most probably shows; the others follow. */
const FIRST: Readonly<Record<string, (typeof PARTS)[number]>> = {
  decap: tunnelSide,
  neighbour: tunnelSide,
  mtu: timeAndSize,
  fragment: timeAndSize,
  icmp4: timeAndSize,
  udp: framing,
};

const partsFor = (name: string): readonly (typeof PARTS)[number][] => {
  const first = FIRST[faultByName(name).requirement.split('.')[0] ?? ''] ?? podSide;
  return [first, ...PARTS.filter((part) => part !== first)];
};

const logOf = (part: (typeof PARTS)[number], text: string, options: BenchOptions): string => {
  let bench;
  try {
    bench = startBench(text, options);
  } catch (error) {
    return String(error);
  }
  const work = new Workout(bench);
  part(bench, work);
  bench.reference.stop();
  return work.log.join('\n');
};

const CLEAN = new Map<string, string>();

const isVisible = (name: string, part: (typeof PARTS)[number], profile: number): boolean => {
  const [text, options = {}] = PROFILES[profile] ?? [''];
  const key = `${part.name} ${String(profile)}`;
  const clean = CLEAN.get(key) ?? logOf(part, text, options);
  CLEAN.set(key, clean);
  return logOf(part, text, { ...options, faults: [name] }) !== clean;
};

test(
  'every fault changes what comes out of the node under at least one profile',
  () => {
    const unseen = faultNames.filter(
      (name) => !partsFor(name).some((part) => PROFILES.some((_, profile) => isVisible(name, part, profile))),
    );
    assert.equal(unseen, []);
  },
  { timeoutMs: 120_000 },
);

test('every fault changes the behaviour object and leaves the correct one alone', () => {
  for (const fault of FAULTS) assert.ok(fault.apply(CORRECT) !== CORRECT, fault.name);
});

test('names are unique', () => {
  assert.is(new Set(faultNames).size, faultNames.length);
});

const AREAS = [
  'address',
  'encap',
  'hop-limit',
  'dscp-ecn',
  'mtu',
  'fragment',
  'decap',
  'icmp4',
  'icmp6',
  'ipv6',
  'loop',
  'security',
  'neighbour',
  'udp',
  'stateless',
];

test('every core fault of the catalogue that concerns this node is implemented, for its requirement', () => {
  const byName = new Map(FAULTS.map((fault) => [fault.name, fault.requirement]));
  const demanded = requirements.filter(({ area, priority }) => priority === 'core' && AREAS.includes(area));
  const missing = demanded.flatMap(({ id, faults }) => faults.filter(({ name }) => byName.get(name) !== id));
  assert.ok(demanded.length > 100);
  assert.equal(missing, []);
});

test('an unknown fault is refused', () => {
  assert.throws(() => faultByName('no-such-fault'), UnknownFaultError);
});

test.run();
