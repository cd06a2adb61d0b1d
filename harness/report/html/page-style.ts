/** The style of the page: system fonts, colours for light and dark, and a plain layout when printed. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --soft: #59636e; --line: #d1d9e0; --panel: #f6f8fa;
  --pass: #1a7f37; --fail: #cf222e; --warn: #9a6700; --skip: #59636e; --doubt: #8250df; --mark: #ffd8d3; --known: #0969da; }
@media screen and (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --panel: #151b23;
  --pass: #3fb950; --fail: #f85149; --warn: #d29922; --skip: #9198a1; --doubt: #ab7df8; --mark: #6b1d1a; --known: #4493f8; } }
* { box-sizing: border-box; } [hidden] { display: none !important; }
body { margin: 0 auto; padding: 1rem 1.5rem 4rem; max-width: 92rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: .5rem 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: .9rem 0 .3rem; }
a { color: var(--known); } code, pre, .mono { font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; }
table { border-collapse: collapse; } th, td { padding: .2rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: var(--panel); } td.count { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; margin: .5rem 0; } .wide table { overflow-wrap: break-word; } .soft { color: var(--soft); }
.headline { font-size: 1.1rem; padding: .6rem .9rem; border-left: .4rem solid var(--line); background: var(--panel); }
.headline.good { border-color: var(--pass); } .headline.bad { border-color: var(--fail); } .headline.open { border-color: var(--doubt); }
.v { font-weight: 600; white-space: nowrap; } .v-pass { color: var(--pass); } .v-fail, .v-error { color: var(--fail); }
.v-warn { color: var(--warn); } .v-skip, .v-expected { color: var(--skip); } .v-inconclusive { color: var(--doubt); }
.filters { position: sticky; top: 0; z-index: 1; background: var(--back); padding: .6rem 0; border-bottom: 1px solid var(--line);
  display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; }
.filters label { display: flex; flex-direction: column; font-size: .85rem; color: var(--soft); }
.filters input, .filters select, .filters button { font: inherit; padding: .25rem .4rem; color: inherit; background: var(--panel);
  border: 1px solid var(--line); border-radius: .3rem; }
details.case { border: 1px solid var(--line); border-radius: .3rem; margin: .35rem 0; content-visibility: auto; contain-intrinsic-size: auto 2.2rem; }
details.case { scroll-margin-top: 4.5rem; } details.case > summary { padding: .35rem .7rem; cursor: pointer; } details.case[open] > summary { border-bottom: 1px solid var(--line); background: var(--panel); }
details.case > .body { padding: .3rem .9rem .9rem; }
summary:focus-visible, a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid var(--known); outline-offset: 1px; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .4rem 0; } dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; }
.violation { border-left: .25rem solid var(--fail); padding-left: .8rem; margin: .8rem 0; } .violation.tolerated { border-color: var(--warn); }
.packet { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; } .packet table { font-size: 13px; } .packet th, .packet td { padding: .12rem .4rem; } .packet th, .packet td:last-child { white-space: nowrap; }
.packet caption { text-align: left; font-weight: 600; padding: .2rem 0; } .packet thead th { font-weight: 400; color: var(--soft); background: none; border-top: 0; }
.packet + p, h3 + p { margin: .2rem 0 .4rem; }
mark { background: var(--mark); color: inherit; outline: 1px solid var(--fail); } tr.marked > * { background: var(--mark); font-weight: 600; }
tr.marked > th:first-child::before { content: "\\25b6\\a0"; } pre.hex { margin: 0; padding: .4rem .6rem; border: 1px solid var(--line); overflow-x: auto; }
svg { max-width: 100%; height: auto; } .wide > svg:not(.plot) { max-width: none; } svg text { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; fill: var(--text); }
svg .lane { stroke: var(--line); stroke-width: 1; } svg .arrow { stroke: var(--soft); stroke-width: 1.4; fill: none; } svg .head { fill: var(--soft); }
svg .decisive .arrow { stroke: var(--fail); stroke-width: 2.4; } svg .decisive .head, svg .decisive text { fill: var(--fail); font-weight: 700; }
svg .stimulus .arrow { stroke: var(--known); stroke-width: 2.4; } svg .stimulus .head, svg .stimulus text { fill: var(--known); font-weight: 700; }
.blame { font-size: .8rem; color: var(--fail); white-space: nowrap; } figure { margin: 1rem 0; } figure h3 { margin-top: 0; }
.matrix td { text-align: center; padding: .1rem .4rem; } .matrix th { font-weight: 400; } .matrix tr.differs th { font-weight: 700; }
@media print { :root { color-scheme: light; } .filters { display: none; } body { max-width: none; padding: 0; font-size: 11px; } details.case { break-inside: avoid-page; content-visibility: visible; } a { color: inherit; } .wide > svg:not(.plot) { max-width: 100%; } }
`;
