#!/usr/bin/env node
// `npx proto41` in a checkout, `node bin/proto41.js` from anywhere, and the command of the installed package.
import { existsSync } from 'node:fs';

// Reports name the command for a rerun as it was started.
process.env.PROTO41_STARTED_AS = 'proto41';

// A package has JavaScript; a checkout has TypeScript, perhaps newer than what was built of it, so there tsx comes first.
const isCheckout = existsSync(new URL('../run.ts', import.meta.url));
const { isNodeSupported, MINIMUM_NODE } = await import(
  isCheckout ? '../scripts/requirements.mjs' : '../dist/scripts/requirements.mjs'
);

if (!isNodeSupported(process.version)) {
  end(`expected Node ${MINIMUM_NODE} or newer, found ${process.version}; install one from https://nodejs.org`);
} else if (isCheckout && !existsSync(new URL('../node_modules/tsx/package.json', import.meta.url))) {
  end('expected the npm packages of Proto41, found none; run `npm start` once, which installs them');
} else if (isCheckout) {
  const { register } = await import('tsx/esm/api');
  register();
  await import('../run.ts');
} else {
  await import('../dist/run.js');
}

function end(message) {
  process.stderr.write(`proto41: ${message}\n`);
  process.exitCode = 2;
}
