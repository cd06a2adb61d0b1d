import { runDaemon } from '../../harness/reference/live/daemon.ts';

// /run is the target's own in the node, as docs/targets.md says.
await runDaemon({ pidFile: '/run/reference.pid', statsFile: '/run/reference-stats.json' });
