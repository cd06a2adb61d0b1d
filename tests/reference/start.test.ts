import { NAMED_PROFILES } from '../../harness/profile/index.ts';
import type { TargetSetup } from '../../harness/target/setup.ts';
import { createReference } from '../../harness/reference/index.ts';
import { assert, suite } from '../support/suite.ts';
import { setupFor } from './reference-bench.ts';

const test = suite('reference/start');
const OVERLAY = '6rd:fd5a:1234:5600::/40+10.0.0.0/8';

/** Why the reference refuses, `ready` if it does not. */
const outcomeOf = (text: string, change: (setup: TargetSetup) => TargetSetup = (setup) => setup): string => {
  const outcome = createReference({
    setup: change(setupFor(text).setup),
    clock: { nowMs: () => 0, schedule: () => () => undefined },
    emit: () => undefined,
  });
  return outcome.kind === 'ready' ? 'ready' : outcome.reason;
};

const withMapping =
  (domainPrefix: string, ipv4Prefix: string) =>
  (setup: TargetSetup): TargetSetup => ({ ...setup, mapping: { kind: '6rd', domainPrefix, ipv4Prefix, role: 'ce' } });

test('every named profile starts, and what goes together besides', () => {
  const named = NAMED_PROFILES.map(({ name }) => name);
  for (const text of [
    ...named,
    'gue,gueVariant=1',
    'ip6ip6,encapLimit=4',
    'ip6ip6,encap=gue:6080',
    '6rd-br,brAddress=anycast',
  ])
    assert.is(outcomeOf(text), 'ready');
});

test('mappings that leave less than a /64, masks above 32 and host bits are refused', () => {
  for (const [domain, common] of [
    ['fd5a:1234::/33', '0.0.0.0/0'],
    ['fd5a:1234:5600::/41', '10.0.0.0/8'],
    ['fd5a:1234:5600::/57', '10.0.0.0/24'],
    ['fd5a:1234:5600::/40', '0.0.0.0/0'],
    ['fd5a:1234:5600::/40', '10.0.0.0/33'],
    ['fd5a:1234:56ff::/40', '10.0.0.0/8'],
    ['fd5a:1234:5600::/40', '10.0.0.1/8'],
  ] as const) {
    assert.not.equal(outcomeOf('overlay', withMapping(domain, common)), 'ready', `${domain} ${common}`);
  }
});

test('6to4 does not start on a private address, unless that is allowed', () => {
  const onPrivate = (setup: TargetSetup): TargetSetup => ({
    ...setup,
    underlay: { ...setup.underlay, address: '10.0.0.1' },
    overlay: { ...setup.overlay, nodePrefix: '2002:a00:1::/48', address: '2002:a00:1::1' },
  });
  assert.match(outcomeOf('6to4', onPrivate), /must not be embedded/);
  assert.is(outcomeOf('6to4,privateV4=allow', onPrivate), 'ready');
});

test('a switch value without an implementation is refused by name', () => {
  assert.match(outcomeOf(`${OVERLAY},ipsec=required`), 'ipsec=required');
  assert.is(outcomeOf(`${OVERLAY},sourcePair=legacy-3056`), 'ready');
});

test('a node prefix that embeds another address is refused', () => {
  const foreign = (setup: TargetSetup): TargetSetup => ({
    ...setup,
    overlay: { ...setup.overlay, nodePrefix: 'fd5a:1234:5600:2::/64' },
  });
  assert.match(outcomeOf('overlay', foreign), /does not embed/);
});

test.run();
