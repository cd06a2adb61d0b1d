import { runCommandLine } from './command-line.ts';
import { endProcess } from './harness/cli/end-process.ts';
import { searchSystemFolders } from './harness/cli/system-path.ts';

searchSystemFolders();
endProcess(await runCommandLine(process.argv.slice(2)));
