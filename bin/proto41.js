#!/usr/bin/env node
// `npx proto41` in a checkout, `node bin/proto41.js` from anywhere, and the command of the installed package.
import { existsSync } from 'node:fs';

// Reports name the command for a rerun as it was started.
process.env.PROTO41_STARTED_AS = 'proto41';

// A package has JavaScript; a checkout has TypeScript, perhaps newer than what was built of it, so there tsx comes first.
if (existsSync(new URL('../run.ts', import.meta.url))) {
  const { register } = await import('tsx/esm/api');
  register();
  await import('../run.ts');
} else {
  await import('../dist/run.js');
}
