import { fileURLToPath } from 'node:url';
import { discoverTests, selectTests } from './discover.ts';
import { assert, suite } from './suite.ts';

const test = suite('tests/support/discover');

const FILES = [
  '/repo/tests/address/prefix.test.ts',
  '/repo/tests/packet/ipv4.test.ts',
  '/repo/tests/packet/ipv6.test.ts',
];

test('test files are found in every folder, fixtures are not', async () => {
  const here = fileURLToPath(import.meta.url);
  const found = await discoverTests(fileURLToPath(new URL('..', import.meta.url)));
  assert.ok(found.includes(here));
  assert.not.ok(found.some((file) => file.includes('/fixtures/')));
});

test('without fragments every file is selected', () => {
  assert.equal(selectTests(FILES, [], '/repo'), FILES);
});

test('fragments select by part of the path, each file once and in order', () => {
  assert.equal(selectTests(FILES, ['ipv6', 'packet/'], '/repo'), FILES.slice(1));
});

test('an absolute path selects its file', () => {
  assert.equal(selectTests(FILES, ['/repo/tests/packet/ipv4.test.ts'], '/repo'), FILES.slice(1, 2));
});

test('a fragment does not match the path of the repository itself', () => {
  assert.throws(() => selectTests(FILES, ['repo'], '/repo'), 'no test file matches "repo"');
});

test('one fragment without a match is an error beside others that match', () => {
  assert.throws(() => selectTests(FILES, ['packet', 'paket'], '/repo'), 'no test file matches "paket"');
});

test.run();
