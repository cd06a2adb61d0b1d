// One measurement of `check`, in a process of its own: prints packets, seconds of processor time and of the clock, and memory.
import { CaptureInput } from '../../harness/check/input.ts';
import { TextReport } from '../../harness/check/report/text.ts';
import { checkCaptures } from '../../harness/check/run.ts';
import { parseProfile } from '../../harness/profile/index.ts';
import { PLAIN } from '../../harness/report/palette.ts';

const [file = '', profile = 'overlay'] = process.argv.slice(2);
const input = CaptureInput.ofFile(file);
const report = new TextReport({ write: () => undefined, palette: PLAIN, lookup: () => undefined, shownFindings: 20 });
const startMs = performance.now();
const start = process.cpuUsage();
const [outcome] = await checkCaptures({ inputs: [input], profile: parseProfile(profile) }, [report]);
const used = process.cpuUsage(start);
await input.close();
const measured = {
  packets: outcome?.result.summary.tunnelPackets ?? 0,
  findings: outcome?.result.summary.findings ?? -1,
  processorSeconds: (used.user + used.system) / 1e6,
  clockSeconds: (performance.now() - startMs) / 1000,
  maxResidentMegabytes: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(`${JSON.stringify(measured)}\n`);
