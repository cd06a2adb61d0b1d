/** The pages of `faults`, `interop` and `check`. */

import { faultPage } from '../../../harness/report/html/fault-page.ts';
import { interopPage } from '../../../harness/report/html/interop-page.ts';
import { tunnelled } from '../../rules/handmade.ts';
import { assert, suite } from '../../support/suite.ts';
import { HOSTILE } from '../fixtures.ts';
import { interop, score } from './samples.ts';

const test = suite('report/html/other-pages');

test('the page of faults begins with what survived, and says what caught the others', () => {
  const page = faultPage(score());
  assert.match(page, 'headline bad');
  assert.match(page, '1 of 2 faults that have a case are caught (50 %)');
  assert.ok(page.indexOf('id="fault-sneaky"') < page.indexOf('id="fault-ttl-copy"'));
  for (const text of ['decap.idle', 'absent', 'decap.basic skip', '<dt>caught by</dt>']) assert.match(page, text);
  assert.is(faultPage(score(HOSTILE)).match(/<script/g)?.length, 1);
});

test('the page of interop blames the end by its clause, in the matrix and beside the packet', () => {
  const frame = { number: 2, port: 'N1-U', direction: undefined, timestampNs: 0n, bytes: tunnelled() };
  const page = interopPage(interop(), 1, new Map([['evidence/pair.pcapng', [frame]]]));
  assert.match(page, '<a href="#pair-0">');
  assert.match(page, 'E encap.df-flag');
  assert.match(page, '<strong>a@memory</strong> as encapsulator');
  assert.match(page, 'https://www.rfc-editor.org/rfc/rfc4213.html#section-3.2.2');
  assert.match(page, 'Frame 2 on N1-U');
  assert.match(page, /<tr class="marked">\s*<th scope="row">dontFragment<\/th>/);
  assert.match(page, 'c@vm');
  assert.match(page, 'b@memory: said nothing at all');
  assert.match(page, 'headline bad');
  assert.is(interopPage(interop(HOSTILE), 1).match(/<script/g)?.length, 1);
});

test.run();
