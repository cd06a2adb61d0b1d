import { Identifications } from '../../harness/tester/chosen-identifications.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('tester/chosen-identifications');

test('the fragments of one packet share an Identification', () => {
  const identifications = new Identifications();
  assert.is(identifications.of(7), identifications.of(7));
});

test('two packets do not, wherever their marks come from', () => {
  const identifications = new Identifications();
  const marks = Array.from({ length: 3000 }, (_, index) => (index % 2 === 0 ? index : index + 0xffff * 5));
  const all = marks.map((mark) => identifications.of(mark));
  assert.is(new Set(all).size, all.length);
  assert.ok(all.every((identification) => identification > 0 && identification <= 0xffff));
});

test('those that cases choose themselves are left to them, also behind a taken one', () => {
  const identifications = new Identifications();
  const before = 0x5a5a - 2;
  const all = Array.from({ length: 40 }, (_, index) => identifications.of(before + index * 0xffff));
  assert.not.ok(all.includes(0x5a5a));
});

test('they do not run out', () => {
  const identifications = new Identifications();
  for (let mark = 0; mark < 0x30000; mark++) identifications.of(mark);
  assert.ok(identifications.of(1) > 0);
});

test.run();
