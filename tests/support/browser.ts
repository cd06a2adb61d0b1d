/**
 * A headless browser for tests of pages. The types of playwright-core need those of the browser's own world, which would then be
 * there for all of the project's code; so what the tests use is described here.
 */

import { findCommand } from '../../scripts/requirements.mjs';

export interface Locator {
  count(): Promise<number>;
  all(): Promise<readonly Locator[]>;
  click(): Promise<void>;
  isVisible(): Promise<boolean>;
  waitFor(): Promise<void>;
}

export interface Page {
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'console', listener: (message: { text(): string }) => void): void;
  on(event: 'dialog', listener: (dialog: { message(): string; dismiss(): Promise<void> }) => void): void;
  goto(url: string): Promise<unknown>;
  locator(selector: string, options?: { readonly hasText: string }): Locator;
  selectOption(selector: string, value: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  focus(selector: string): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void> };
  context(): { newCDPSession(page: Page): Promise<DevTools> };
  textContent(selector: string): Promise<string | null>;
  close(): Promise<void>;
}

/** Chromium's own protocol (chromedevtools.github.io/devtools-protocol), as far as the tests speak it. */
export interface DevTools {
  send(method: 'Performance.enable', parameters: { timeDomain: 'threadTicks' }): Promise<unknown>;
  send(
    method: 'Performance.getMetrics',
  ): Promise<{ readonly metrics: readonly { readonly name: string; readonly value: number }[] }>;
}

export interface Browser {
  newPage(): Promise<Page>;
  newContext(options: {
    readonly javaScriptEnabled: boolean;
  }): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
  close(): Promise<void>;
}

interface BrowserModule {
  readonly chromium: { launch(options: { executablePath: string; args: readonly string[] }): Promise<Browser> };
}

const executablePath = findCommand('chromium');

/** Why there is no browser here, or undefined when there is one. */
export const noBrowser = executablePath === undefined ? 'chromium is not installed' : undefined;

/** Starts Debian's own Chromium; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('expected chromium in PATH');
  const name: string = 'playwright-core';
  // What a module with a computed name is, only its documentation says.
  const { chromium } = (await import(name)) as BrowserModule;
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
}
