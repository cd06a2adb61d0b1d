import { createHash } from 'node:crypto';
import { PLOT_STYLE } from '../plot/plot-style.ts';
import { html, trusted, type Content, type Markup } from './markup.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';

/**
 * One page that needs nothing beside it but what it links to. Nothing that a target, a kernel or a capture says is markup there, and the
 * page's own policy lets no other script run than its own.
 */
export const page = ({ title, body }: { readonly title: string; readonly body: Content }): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <title>Proto41: ${title}</title>
        ${trusted(`<style>${PAGE_STYLE}${PLOT_STYLE}</style>`)}
      </head>
      <body>
        <h1>Proto41</h1>
        ${body} ${trusted(`<script>${PAGE_SCRIPT}</script>`)}
      </body>
    </html> `.text;

/** Only the page's own style and script, and nothing from anywhere else. */
const policy = (): Markup =>
  trusted(
    `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(PAGE_SCRIPT).digest('base64')}'; base-uri 'none'; form-action 'none'`,
  );
