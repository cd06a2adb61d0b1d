import { runCommandLine } from './command-line.ts';
import { endProcess } from './harness/cli/end-process.ts';

endProcess(await runCommandLine(process.argv.slice(2)));
