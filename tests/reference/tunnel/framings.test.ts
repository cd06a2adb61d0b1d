import { fromHex, toHex } from '../../../harness/packet/index.ts';
import { gre } from '../../../harness/reference/tunnel/gre.ts';
import { gue } from '../../../harness/reference/tunnel/gue.ts';
import { isatapEmbedded, isIsatapIdentifier } from '../../../harness/reference/tunnel/isatap.ts';
import { limit, limitHeader } from '../../../harness/reference/outer-ipv6/limit.ts';
import { parseIpv6Net } from '../../../harness/reference/ipv6/prefix.ts';
import { Ipv6Address } from '../../../harness/address/index.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('reference/tunnel/framings');

const opened = (bytes: Uint8Array | undefined): string => (bytes === undefined ? 'dropped' : toHex(bytes));

test('GUE is opened by its variant and its protocol field', () => {
  const open = (hex: string): string => opened(gue.open(gue, fromHex(hex)));
  assert.is(open('0029000060aabbcc'), '60aabbcc');
  // One word of private data behind the base header.
  assert.is(open('012900001122334460aabbcc'), '60aabbcc');
  assert.is(open('60aabbcc'), '60aabbcc');
  for (const bad of [
    '',
    '00',
    '45aabbcc',
    '80290000',
    'c0290000',
    '2029000060',
    '0029400060',
    '0004000060',
    '1f29000060',
  ])
    assert.is(open(bad), 'dropped', bad);
});

test('GRE is opened behind what its flags announce, and not with flags that the node does not know', () => {
  const open = (hex: string): string => opened(gre.open(gre, fromHex(hex)));
  assert.is(toHex(gre.wrapped(gre, fromHex('60aa'))), '000086dd60aa');
  assert.is(open('000086dd60aa'), '60aa');
  // Bits 6 to 12 are ignored.
  assert.is(open('03f886dd60aa'), '60aa');
  // 0x8000 + 0x86dd + 0x60aa folds to 0x6788; its complement is the checksum.
  assert.is(open('800086dd9877000060aa'), '60aa');
  for (const bad of [
    '800086dd9878000060aa',
    '400086dd60aa',
    '200086dd0000000160aa',
    '080086dd60aa',
    '000186dd60aa',
    '0000080045',
  ])
    assert.is(open(bad), 'dropped', bad);
});

test('an ISATAP identifier is one with either u bit, in the prefix of the link or link-local', () => {
  const prefix = parseIpv6Net('2001:db8:41::/64');
  const mapping = { kind: 'isatap', prefix, address: new Uint8Array(16), routers: [], routes: [] } as const;
  const embedded = (text: string): number | undefined =>
    isatapEmbedded(isIsatapIdentifier, mapping, Ipv6Address.parse(text).bytes, 0);
  for (const text of ['2001:db8:41::5efe:c000:214', '2001:db8:41:0:200:5efe:c000:214', 'fe80::5efe:c000:214'])
    assert.is(embedded(text), 0xc0000214, text);
  for (const text of ['2001:db8:42::5efe:c000:214', '2001:db8:41:0:100:5efe:c000:214', '2001:db8:41::c000:214'])
    assert.is(embedded(text), undefined, text);
});

test('an encapsulation limit is found behind other options, and lowered by one', () => {
  const ipv6 = fromHex(`6000000000083c40${'00'.repeat(32)}`);
  const inner = Uint8Array.of(...ipv6, ...fromHex('1100000401030000'));
  inner[6] = 60;
  const found = limit.found(inner);
  assert.equal(found, { limit: 3, at: 45 });
  assert.is(toHex(limitHeader(4, 41)), '2900040104010100');
});

test.run();
