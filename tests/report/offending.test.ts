/** What of a packet is marked as wrong: never another byte than the one that is. */

import { build, decode, ethernet, gre, icmpv6, ipv4, ipv6, payload, udp } from '../../harness/packet/index.ts';
import { diffFields } from '../../harness/packet/field-diff.ts';
import { meaningsUnder } from '../../harness/report/field-meaning.ts';
import { isOffending, offendingTable } from '../../harness/report/offending.ts';
import type { Violation } from '../../harness/runner/verdict.ts';
import { assert, suite } from '../support/suite.ts';
import { tunnelFrame } from './fixtures.ts';

const test = suite('report/offending');

const ETHERNET = ethernet({ source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' });
const IPV6 = { source: 'fd5a:1234:5600:3::10', destination: 'fd5a:1234:5600:2::10' } as const;

const marked = (bytes: Uint8Array, changes: Partial<Violation>) => {
  const violation: Violation = { requirement: 'x', expected: [], actual: '', by: 'case', ...changes };
  const { table, offending } = offendingTable(bytes, violation, 'overlay');
  const fields = table.layers.flatMap((layer) =>
    layer.fields.filter((field) => isOffending(layer, field, offending)).map(({ name }) => `${layer.name}.${name}`),
  );
  const { by, words, offsets } = offending;
  return { by, words, fields, offsets: [...offsets] };
};

test('of fields that share a byte only the one that is named is marked', () => {
  const { by, fields, offsets } = marked(tunnelFrame(9), { actual: 'reserved flag true' });
  assert.equal([by, fields, offsets], ['name', ['ipv4.reservedFlag'], [20]]);
  const place = { offset: 20, lengthBytes: 2, field: 'ipv4.fragmentOffset' };
  assert.equal(marked(tunnelFrame(9), { place }).fields, ['ipv4.fragmentOffset']);
});

test('ECN of a packet without a tunnel is in its traffic class, whatever the words say of the stimulus', () => {
  const native = build(ETHERNET, ipv6({ ...IPV6, trafficClass: 2 }), payload(Uint8Array.of(1)));
  const actual = 'ECN on P (tunnel packet with inner ECT(0) and outer ECT(1)) ECT(0)';
  assert.equal(marked(native, { actual }).fields, ['ipv6.trafficClass']);
  assert.equal(marked(tunnelFrame(9), { actual: 'outer ECN (pod packet with CE) ECT(0)' }).fields, ['ipv4.tos']);
});

test('differences of a packet that an error quotes are marked there, and not in the header of the error', () => {
  const wanted = build(
    ipv6({ ...IPV6, hopLimit: 1 }),
    udp({ sourcePort: 1, destinationPort: 2 }),
    payload(new Uint8Array(12)),
  );
  const error = (quote: Uint8Array): Uint8Array =>
    build(ETHERNET, ipv6(IPV6), icmpv6({ type: 3, code: 0, body: quote }));
  const changed = Uint8Array.from(wanted);
  changed[7] = 0;
  const other = error(changed);
  const differences = diffFields(wanted, changed, 'ipv6');
  const quoteAt = decode(other).layers.find(({ kind }) => kind === 'icmpv6')?.offset ?? 0;
  assert.equal(marked(other, { differences }).offsets, [quoteAt + 8 + 7]);
  const short = wanted.subarray(0, 8);
  const missing = { differences: diffFields(wanted, short, 'ipv6'), actual: 'quoted packet (x) of 8 bytes' };
  assert.equal([marked(error(short), missing).by, marked(error(short), missing).fields], ['name', ['icmpv6.body']]);
});

test('where a finding says only that another packet was expected, what is peculiar about this one is marked', () => {
  const expected = ['exactly one tunnel packet for the pod packet, and nothing else'];
  const inner = [ipv6(IPV6), payload(Uint8Array.of(1))] as const;
  const fragment = build(
    ETHERNET,
    ipv4({ source: '10.0.0.1', destination: '10.0.0.2', moreFragments: true }),
    ...inner,
  );
  assert.equal(marked(fragment, { expected }).fields, ['ipv4.moreFragments']);
  assert.match(marked(fragment, { expected }).words ?? '', 'moreFragments is 1');
  const endpoints = { source: '10.0.0.1', destination: '10.0.0.2' } as const;
  const wrongType = build(ETHERNET, ipv4(endpoints), gre({ protocolType: 0x0800 }), ...inner);
  assert.equal(marked(wrongType, { expected }).fields, ['gre.protocolType']);
  const wrongSum = build(ETHERNET, ipv4({ ...endpoints, headerChecksum: 1 }), ...inner);
  assert.equal(marked(wrongSum, { expected }).fields, ['ipv4.headerChecksum']);
  assert.is(marked(tunnelFrame(9), { expected }).by, 'nothing');
  assert.is(marked(fragment, { expected: ['nothing on any port'] }).by, 'nothing');
});

test('numbers are told in words, and addresses by what they embed', () => {
  const meaningOf = meaningsUnder('overlay');
  const { table } = offendingTable(
    build(
      ETHERNET,
      ipv4({ source: '10.0.0.1', destination: '10.0.0.2', tos: 0xba }),
      ipv6(IPV6),
      payload(Uint8Array.of(1)),
    ),
    { requirement: 'x', expected: [], actual: '', by: 'case' },
    'overlay',
  );
  const meanings = table.layers.flatMap((layer) =>
    layer.fields.map((field) => `${layer.name}.${field.name} ${meaningOf(layer, field)}`.trim()),
  );
  for (const each of [
    'ethernet.etherType IPv4',
    'ipv4.tos DSCP 46, ECN ECT(0)',
    'ipv4.protocol IPv6',
    'ipv4.source',
    'ipv6.source embeds 10.0.0.3',
  ])
    assert.ok(meanings.includes(each), each);
  const [layer] = table.layers.filter(({ kind }) => kind === 'ipv6');
  const field = layer?.fields.find(({ name }) => name === 'source');
  if (layer === undefined || field === undefined) throw new Error('expected a source');
  assert.is(meaningsUnder('from the future')(layer, field), '');
});

test.run();
