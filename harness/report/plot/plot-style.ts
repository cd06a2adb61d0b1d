/** Colours of figures, for light and dark: told apart by people who confuse red and green, and on paper by their dashes and symbols. */
const LIGHT = '--s1: #0969da; --s2: #bc4c00; --s3: #1a7f37; --s4: #8250df; --s5: #9a6700; --s6: #bf3989;';
const DARK = '--s1: #4493f8; --s2: #f0883e; --s3: #3fb950; --s4: #ab7df8; --s5: #d29922; --s6: #f778ba;';

const SERIES = [1, 2, 3, 4, 5, 6]
  .map(
    (number) =>
      `svg.plot .s${String(number)} { --c: var(--s${String(number)}); } ` +
      `svg.plot .s${String(number)} .line { stroke-dasharray: ${['none', '7 3', '2 3', '9 3 2 3', '12 4', '4 2'][number - 1] ?? 'none'}; }`,
  )
  .join('\n');

/** The style of figures, for a page that has the variables `--text`, `--soft` and `--line`. */
export const PLOT_STYLE = `
:root { ${LIGHT} } @media (prefers-color-scheme: dark) { :root { ${DARK} } } @media print { :root { ${LIGHT} } }
svg.plot { display: block; } svg.plot text { font: 12px system-ui, sans-serif; fill: var(--text); }
svg.plot .axis text { fill: var(--soft); font-variant-numeric: tabular-nums; } svg.plot .axis .name { fill: var(--text); }
svg.plot .grid { stroke: var(--line); stroke-width: .7; } svg.plot .base { stroke: var(--soft); stroke-width: 1; }
svg.plot .line { fill: none; stroke: var(--c); stroke-width: 2; } 
svg.plot .band { fill: var(--c); opacity: .16; stroke: none; } svg.plot .interval { stroke: var(--c); stroke-width: 1.6; fill: none; }
svg.plot .point { fill: var(--c); stroke: none; }
${SERIES}
svg.plot .theory { --c: var(--soft); } svg.plot .theory .line { stroke-width: 1.4; stroke-dasharray: 5 4; }
`;

/** The same for a file of its own, which has no page around it. */
export const ALONE_STYLE = `
:root { --text: #1b1f24; --soft: #59636e; --line: #d1d9e0; --back: #fff; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --back: #0d1117; } }
svg { background: var(--back); }
${PLOT_STYLE}`;
