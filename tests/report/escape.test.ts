import * as fc from 'fast-check';
import {
  cdataText,
  markdownText,
  printable,
  printableJson,
  printableLines,
  tapText,
  yamlText,
} from '../../harness/report/escape.ts';
import { assert, suite } from '../support/suite.ts';
import { HOSTILE } from './fixtures.ts';

const test = suite('report/escape');
const anyText = fc.string({ unit: 'binary' });
/** Characters that act on a terminal or end a line. */
const ACTS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

test('control characters are shown as escapes', () => {
  assert.is(
    printable('\u001b[31m\u0000\u009b\n\r\t\u202e\u2028\ud800'),
    '\\x1b[31m\\x00\\x9b\\n\\r\\t\\u202e\\u2028\\ud800',
  );
});

test('ordinary text of any script stays as it is', () => {
  assert.is(printable('fd5a::1 > 10.0.0.1 Grüße 日本 🎉'), 'fd5a::1 > 10.0.0.1 Grüße 日本 🎉');
});

test('no text leaves a character that acts, in any form for one line', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      for (const form of [printable, yamlText, tapText, markdownText]) assert.not.match(form(text), ACTS);
    }),
  );
});

test('line ends separate lines where lines are wanted', () => {
  assert.equal(printableLines('one\r\ntwo\n\tthree\rx'), ['one', 'two', '    three\\rx']);
});

test('text for CDATA never ends the section', () => {
  assert.is(cdataText('a]]>b]]>c'), 'a]]\\x3eb]]\\x3ec');
});

test('a YAML scalar reads back as the printable text', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.is(JSON.parse(yamlText(text)), printable(text));
    }),
  );
});

test('the hash sign cannot start a TAP directive', () => {
  assert.is(tapText('a # TODO \\'), 'a \\# TODO \\\\');
});

test('Markdown gets no markup and no HTML', () => {
  assert.is(markdownText('a|b <b>*x*</b>'), 'a\\|b &lt;b&gt;\\*x\\*&lt;/b&gt;');
});

test('JSON stays printable and loses nothing', () => {
  const value = { text: HOSTILE };
  const json = printableJson(value);
  assert.equal(JSON.parse(json), value);
  assert.not.match(json.replaceAll('\n', ''), ACTS);
});

test.run();
