import { isDeclared, parseProfile, withPolicies } from '../../harness/profile/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('profile/policies');

test('a policy takes the place of a default, and leaves the name', () => {
  const profile = withPolicies(parseProfile('overlay'), { hopByHop: 'process' });
  assert.is(profile.name, 'overlay');
  assert.is(profile.switches.hopByHop, 'process');
  assert.match(profile.text, /,hopByHop=process$/);
  assert.equal(profile.policies, { hopByHop: 'process' });
  assert.equal(parseProfile(profile.text).switches, profile.switches);
});

test('what is typed wins, also when it is the default, and stays in the text and the name', () => {
  const profile = withPolicies(parseProfile('6in4,hopByHop=ignore'), { hopByHop: 'process', mtuDefault: '1280' });
  assert.is(profile.switches.hopByHop, 'ignore');
  assert.is(profile.name, '6in4,hopByHop=ignore');
  assert.is(profile.text, '6in4,mtuDefault=1280,hopByHop=ignore');
  const again = withPolicies(parseProfile(profile.name), { hopByHop: 'process', mtuDefault: '1280' });
  assert.equal(again.switches, profile.switches);
});

test('options with a value of their own are words as well', () => {
  const policies = { mtuMode: 'static', tos: 'copy', ttl: 'inherit' } as const;
  const typed = withPolicies(parseProfile('6in4,mtu=dynamic,tos=zero,ttl=fixed:64'), policies);
  assert.equal(typed.policies, {});
  assert.is(typed.text, '6in4,mtu=dynamic,tos=zero,ttl=fixed:64');
  assert.is(withPolicies(parseProfile('6in4'), policies).text, '6in4,mtu=static:1280,tos=copy,ttl=inherit');
});

test('what the name of a profile says is a word too', () => {
  const profile = withPolicies(parseProfile('overlay'), { nativeInnerSrc: 'accept' });
  assert.is(profile.switches.nativeInnerSrc, 'deny');
  assert.is(withPolicies(parseProfile('6rd'), { nativeInnerSrc: 'accept' }).switches.nativeInnerSrc, 'accept');
});

test('a policy that a mapping cannot have does not apply to it', () => {
  const policies = { encapLimit: '4', podSource: 'node-prefix' } as const;
  assert.is(withPolicies(parseProfile('6rd'), policies).switches.encapLimit, 'off');
  assert.is(withPolicies(parseProfile('ip6ip6'), policies).switches.encapLimit, '4');
  assert.is(withPolicies(parseProfile('6rd-br'), policies).switches.podSource, 'any');
});

test('a switch is declared by whoever names it', () => {
  const profile = withPolicies(parseProfile('6in4,ecnEncap=6040'), { hopByHop: 'ignore' });
  assert.ok(isDeclared(profile, 'ecnEncap'));
  assert.ok(isDeclared(profile, 'hopByHop'));
  assert.not.ok(isDeclared(profile, 'mismatchIcmp'));
});

test.run();
