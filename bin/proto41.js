#!/usr/bin/env node
// `npx proto41` in a checkout, or `node bin/proto41.js` from anywhere. What it starts is TypeScript, so tsx comes first.
import { register } from 'tsx/esm/api';

// Reports name the command for a rerun as it was started.
process.env.PROTO41_STARTED_AS = 'proto41';
register();
await import('../run.ts');
