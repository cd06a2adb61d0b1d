/**
 * Filters, and opening what a link leads to. The page says everything without it. It reads attributes and sets `hidden`; it never makes
 * markup, so nothing in the page can become any.
 */
export const PAGE_SCRIPT = `
'use strict';
const form = document.querySelector('form.filters');
const cases = [...document.querySelectorAll('details.case')];
const shown = document.querySelector('#shown');
const names = form === null ? [] : [...form.querySelectorAll('select')].map(({ name }) => name);
const texts = new Map();
const textOf = (element) => {
  if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
  return texts.get(element);
};
const apply = () => {
  const wanted = Object.fromEntries(new FormData(form));
  const text = wanted.text.trim().toLowerCase();
  let count = 0;
  for (const each of cases) {
    const fits = names.every((name) => !wanted[name] || each.dataset[name] === wanted[name]
      || (name === 'verdict' && wanted[name] === 'unexpected' && each.dataset.unexpected === 'yes'));
    each.hidden = !(fits && (text === '' || textOf(each).includes(text)));
    if (!each.hidden) count += 1;
  }
  shown.textContent = count + ' of ' + cases.length;
};
const openTarget = () => {
  const target = location.hash === '' ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null || target.tagName !== 'DETAILS') return;
  target.hidden = false;
  target.open = true;
  target.scrollIntoView();
};
if (form !== null) {
  form.hidden = false;
  form.addEventListener('input', apply);
  form.addEventListener('reset', () => setTimeout(apply));
  form.addEventListener('submit', (event) => event.preventDefault());
  apply();
}
addEventListener('hashchange', openTarget);
addEventListener('beforeprint', () => { for (const each of cases) if (!each.hidden && !['pass', 'caught'].includes(each.dataset.verdict)) each.open = true; });
openTarget();
`;
