import {
  NAMED_PROFILES,
  overheadBytes,
  parseProfile,
  ProfileError,
  SWITCH_NAMES,
  SWITCH_VALUES,
  withSwitches,
} from '../../harness/profile/index.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('profile/parse');

const refusal = (text: string): ProfileError => {
  try {
    parseProfile(text);
  } catch (error) {
    if (error instanceof ProfileError) return error;
    throw error;
  }
  throw new Error(`expected ${text} to be refused`);
};

test('every named profile is readable and its canonical text reads back as the same profile', () => {
  for (const { name } of NAMED_PROFILES) {
    const profile = parseProfile(name);
    assert.is(profile.name, name);
    const again = parseProfile(profile.text);
    assert.is(again.text, profile.text);
    assert.equal(again.switches, profile.switches);
  }
});

test('the overlay is a closed 6rd domain', () => {
  const { mapping, switches, catalogueProfile } = parseProfile('overlay');
  assert.is(catalogueProfile, '6rd');
  assert.is(
    mapping.kind === '6rd' && `${mapping.domainPrefix.toString()}+${mapping.ipv4Prefix.toString()}`,
    'fd5a:1234:5600::/40+10.0.0.0/8',
  );
  assert.is(switches.nativeInnerSrc, 'deny');
  assert.is(switches.relay, 'none');
  assert.is(switches.tos, 'copy');
});

test('6to4 keeps DF clear and refuses private IPv4 addresses unless told otherwise', () => {
  const { switches } = parseProfile('6to4');
  assert.is(switches.mtuMode, 'static');
  assert.is(switches.privateV4, 'deny');
  assert.is(parseProfile('6to4,mtu=dynamic').text, '6to4,mtu=dynamic');
});

test('options change a named profile', () => {
  const profile = parseProfile('overlay,encap=fou:3544,mtu=static:1300,tos=fixed:0x28,ttl=fixed:17');
  assert.equal(profile.encapsulation, { kind: 'fou', port: 3544 });
  assert.is(profile.catalogueProfile, 'fou');
  assert.is(profile.staticMtuBytes, 1300);
  assert.is(profile.fixedTos, 0x28);
  assert.is(profile.outerTtl, 17);
  assert.is(parseProfile(profile.text).text, profile.text);
});

/** A profile that can have a value which 6rd cannot. */
const BASES: Readonly<Record<string, string>> = {
  'outerFamily=ipv6': 'ip6ip6',
  'encapLimit=4': 'ip6ip6',
  'brAddress=anycast': '6rd-br',
};

test('every value of every switch survives a round trip', () => {
  for (const name of SWITCH_NAMES) {
    for (const value of SWITCH_VALUES[name]) {
      const base = parseProfile(BASES[`${name}=${value}`] ?? '6rd');
      const profile = withSwitches(base, { [name]: value });
      assert.is(parseProfile(profile.text).switches[name], value, `${name}=${value}`);
    }
  }
});

test('an error names the place, what was expected and what was found', () => {
  assert.is(refusal('nonsense').position, 0);
  assert.match(refusal('nonsense').message, 'overlay, 6rd, 6to4, 6in4');
  const unknown = refusal('overlay,colour=red');
  assert.is(unknown.position, 8);
  assert.is(unknown.code, 'PROFILE_INVALID');
  assert.is(unknown.exitCode, 2);
  assert.match(unknown.message, 'colour');
  assert.match(refusal('overlay,mtu=static:1279').message, '1280');
  assert.match(refusal('overlay,relay').message, 'name=value');
  assert.match(refusal('overlay,').message, 'name=value');
  assert.match(refusal('').message, 'overlay');
});

test('impossible 6rd parameters are refused with the place of the address', () => {
  assert.match(refusal('6rd:fd5a:1234:5600::/40+0.0.0.0/0').message, 'at most 64');
  assert.is(refusal('6rd:fd5a:1234:5600::1/40+10.0.0.0/8').position, 4);
  assert.is(refusal('6rd:fd5a:1234:5600::/40+10.0.0.1/8').position, 24);
  assert.match(refusal('6rd:fd5a:1234:5600::/40').message, '+');
});

test('every encapsulation and mapping has a text form and its own column of the catalogue', () => {
  const examples: readonly (readonly [string, string, string])[] = [
    ['gue', '6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=gue:6080,nativeInnerSrc=deny', 'gue'],
    ['gre', '6in4,encap=gre', 'gre'],
    ['ip6ip6', 'ip6ip6', 'ip6ip6'],
    ['ip6ip6,encap=fou:3544', 'ip6ip6,encap=fou:3544', 'fou'],
    ['isatap', 'isatap:2001:db8:41::/64', 'isatap'],
    ['6rd-br', '6rd-br:fd5a:1234:5600::/40+10.0.0.0/8', '6rd-br'],
    ['6in4,encap=gue:6080', '6in4,encap=gue:6080', 'gue'],
  ];
  for (const [name, text, column] of examples) {
    const profile = parseProfile(name);
    assert.is(profile.text, text);
    assert.is(profile.catalogueProfile, column);
    assert.is(parseProfile(text).text, text);
  }
});

test('a border relay takes native packets into the tunnel and nothing but its domain out of it', () => {
  const { mapping, switches } = parseProfile('6rd-br');
  assert.is(mapping.kind === '6rd' && mapping.role, 'br');
  assert.is(switches.podSource, 'any');
  assert.is(switches.nativeInnerSrc, 'deny');
  assert.is(switches.hairpin, 'relay');
});

test('the overhead counts every header', () => {
  const bytes = (text: string): number => overheadBytes(parseProfile(text));
  assert.is(bytes('overlay'), 20);
  assert.is(bytes('fou'), 28);
  assert.is(bytes('gue'), 32);
  assert.is(bytes('gue,gueVariant=1'), 28);
  assert.is(bytes('gre'), 24);
  assert.is(bytes('ip6ip6'), 40);
  assert.is(bytes('ip6ip6,encapLimit=4'), 48);
  assert.is(bytes('ip6ip6,encap=fou:3544'), 48);
});

test('what does not go together is refused with the reason', () => {
  assert.match(refusal('overlay,encap=gre').message, '6in4');
  assert.match(refusal('isatap,encap=fou:3544').message, 'protocol 41');
  assert.match(refusal('fou,outerFamily=ipv6').message, 'ip6ip6');
  assert.match(refusal('ip6ip6,outerFamily=ipv4').message, 'outerFamily=ipv6');
  assert.match(refusal('6in4,encapLimit=4').message, 'encapLimit=off');
  assert.match(refusal('6rd,brAddress=anycast').message, '6rd-br');
  assert.match(refusal('isatap:2001:db8:41::/48').message, '64 bits');
  assert.match(refusal('overlay,encap=gue').message, 'gue:<port');
});

test('names of object members are no options', () => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    assert.match(refusal(`overlay,${name}=1`).message, 'unknown option');
  }
});

test.run();
