/** The live reference as a process of its own, its files in the folder that is named. */
import { join } from 'node:path';
import { runDaemon } from '../../harness/reference/live/daemon.ts';

const folder = process.argv[2] ?? '.';
await runDaemon({ pidFile: join(folder, 'pid'), statsFile: join(folder, 'stats.json') });
