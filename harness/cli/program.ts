import { Command, Option } from 'commander';
import { addBenchFlags, type BenchFlags } from './bench/flags.ts';
import { overlaysCommand } from './bench/overlays-command.ts';
import { addOverlaysFlags, type OverlaysFlags } from './bench/overlays-flags.ts';
import { addCheckFlags, type CheckFlags } from './check-flags.ts';
import { benchCommand } from './commands/bench.ts';
import { checkCommand } from './commands/check.ts';
import { doctorCommand } from './commands/doctor.ts';
import { faultsCommand, type FaultsFlags } from './commands/faults.ts';
import { interopCommand } from './commands/interop.ts';
import { LISTABLE, listCommand } from './commands/list.ts';
import { planCommand, type PlanFlags } from './commands/plan.ts';
import { replayCommand } from './commands/replay.ts';
import { reportCommand, type ReportFlags } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { importCommand, type ImportFlags } from './commands/import.ts';
import { jobWorkerCommand } from './commands/job-worker.ts';
import { shrinkCommand, type ShrinkFlags } from './commands/shrink.ts';
import { targetCheckCommand, type TargetCheckFlags } from './commands/target-check.ts';
import { readLabProfileText } from './lab-profile.ts';
import {
  collect,
  readAmount,
  readArea,
  readCount,
  readIpv4,
  readNode,
  readRepeat,
  readSeed,
  readText,
  readWire,
} from './option-values.ts';
import { addInteropFlags, type InteropFlags } from './interop/flags.ts';
import { WORKER_COMMAND } from './jobs/start-worker.ts';
import { addReplayFlags, type ReplayFlags } from './replay/flags.ts';
import { addRunFlags, type RunFlags } from './run-flags.ts';
import { printableLines } from '../report/escape.ts';
import type { Services } from './services.ts';
import type { Terminal } from './terminal.ts';
import { usageHint } from './usage-hint.ts';
import { toolVersion } from './version.ts';

const EXAMPLES = `
Examples (npm start -- <command> from a checkout):
  proto41 run --profile overlay --profile 6to4
  proto41 run --case "decap.*" --strict --evidence all
  proto41 run --target reference --profile 6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544
  proto41 list requirements "mtu.*"
  proto41 faults --area decap
  proto41 check capture.pcapng --annotate findings.pcapng
  tcpdump -U -w - proto 41 | proto41 check -
  proto41 replay evidence.pcapng --target linux-sit
  proto41 shrink evidence.pcapng --target linux-sit --out small.pcapng
  proto41 interop linux-sit@vm:bullseye linux-sit@vm:sid reference

Exit codes:
  0  everything demanded is as expected       3  the target or node could not be started
  1  at least one verdict is not              4  nothing could be decided
  2  wrong usage                            130  interrupted
`;

/** The command line. `finish` takes the exit code of the command that ran. */
export const createProgram = (terminal: Terminal, services: Services, finish: (exitCode: number) => void): Command => {
  const program = new Command('proto41')
    .description('Packet-level conformance suite for stateless IPv6-over-IPv4 overlays (6in4, 6to4, 6rd, FOU).')
    .version(toolVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    // For commands below a command: what follows their name is theirs.
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (text, write) => {
        const hint = usageHint(text, terminal.environment);
        const lines = printableLines(text.trimEnd().replace(/^error: /, 'proto41: '));
        write(`${[...lines, ...(hint === undefined ? [] : [hint])].join('\n')}\n`);
      },
    })
    .showSuggestionAfterError();

  const command = (name: string): Command =>
    program.command(name).helpOption('-h, --help', 'print this help').exitOverride();

  addRunFlags(command('run').description('run cases against a target')).action(async (flags: RunFlags) => {
    finish(await runCommand(terminal, services, flags));
  });
  program.command(WORKER_COMMAND, { hidden: true }).action(async () => {
    finish(await jobWorkerCommand(services));
  });
  command('list')
    .description(`list ${LISTABLE.join(', ')}`)
    .argument('<what>', `one of ${LISTABLE.join(', ')}`)
    .argument('[glob]', 'only entries with such an id')
    .option('--json', 'print everything known as JSON')
    .action(async (what: string, glob: string | undefined, flags: { json?: boolean }) => {
      finish(await listCommand(terminal, services, what, glob, flags));
    });
  command('plan')
    .description('address plan of an overlay: node prefixes, capacity beside the alternatives, MTU, configuration')
    .argument('[profile]', 'overlay to plan, e.g. 6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544')
    .option('--prefix <prefix>', 'IPv6 prefix of the overlay, instead of a profile, e.g. fd5a::/32', readText)
    .option('--underlay <prefix>', 'IPv4 network of the nodes, instead of a profile, e.g. 10.0.0.0/8', readText)
    .option('--encap <kind>', 'what carries it, with these two: proto41, fou:<port>, gue:<port>', readText)
    .option('--nodes <count>', 'nodes of the cluster (default: 5000, or what fits)', readCount)
    .option('--pods <count>', 'pods on each node', readCount, 110)
    .option('--moves <count>', 'how often a pod comes, goes or moves in an hour', readAmount, 1)
    .option('--underlay-mtu <bytes>', 'MTU of the underlay', readCount, 1500)
    .option('--node <ipv4>', 'show prefix and configuration of this node (repeatable)', collect(readIpv4))
    .option('--json', 'print the plan as JSON')
    .action((profile: string | undefined, flags: PlanFlags) => {
      finish(planCommand(terminal, profile, flags));
    });
  command('report')
    .description('render result folders again: shards and kernels together, compared with a saved run')
    .argument('<folder...>', 'result folders of `run`')
    .option(
      '--out <folder>',
      'write every report (report.html, results.json, junit.xml, ctrf.json, results.sarif...) into a new folder',
    )
    .option(
      '--baseline <folder>',
      'result folder to compare with (repeatable): exit 1 only for what fails newly',
      collect(readText),
    )
    .addOption(new Option('--annotations <service>', 'also print annotations for this service').choices(['github']))
    .option('--json', 'print the merged results, and the comparison, as JSON')
    .action(async (folders: string[], flags: ReportFlags) => {
      finish(await reportCommand(terminal, folders, flags));
    });
  command('faults')
    .description('switch each fault on in the reference, and say which the cases catch')
    .addOption(
      new Option('--fault <glob>', 'only faults with such a name, repeatable, see `list faults`').argParser(
        collect(readText),
      ),
    )
    .addOption(new Option('--area <name>', 'only faults of this area, repeatable').argParser(collect(readArea)))
    .addOption(new Option('--out <dir>', 'write faults.html and faults.json into a new folder').argParser(readText))
    .option('--all-cases', 'also run all other cases against a fault that those of its requirement do not catch (slow)')
    .addOption(
      new Option(
        '--seed <text>',
        'seed of everything random (default: 1; the score should not depend on it)',
      ).argParser(readSeed),
    )
    .option('--json', 'print the score as JSON on standard output, and nothing else there')
    .option('--verbose', 'also print what caught each fault')
    .action(async (flags: FaultsFlags) => {
      finish(await faultsCommand(terminal, services, flags));
    });
  addInteropFlags(command('interop').description('every encapsulator against every decapsulator, as a matrix')).action(
    async (ends: readonly string[], flags: InteropFlags) => {
      finish(await interopCommand(terminal, services, ends, flags));
    },
  );
  command('target')
    .description('say whether a target keeps its contract (docs/targets.md)')
    .command('check')
    .description('start it, send a good packet each way, stop it, and look for what it leaves behind')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .argument('<target>', 'name or folder of the target')
    .addOption(new Option('--node <name>', 'where it runs (default: what its kind needs)').argParser(readNode))
    .addOption(new Option('--wire <name>', 'how frames get to the interfaces of the netns node').argParser(readWire))
    .addOption(
      new Option('--profile <text>', 'overlay configuration (default: one that it claims)').argParser(
        readLabProfileText,
      ),
    )
    .option('--json', 'print the steps as JSON')
    .action(async (target: string, flags: TargetCheckFlags) => {
      finish(await targetCheckCommand(terminal, services, target, flags));
    });
  addCheckFlags(command('check').description('judge captures offline')).action(
    async (files: readonly string[], flags: CheckFlags) => {
      finish(await checkCommand(terminal, services, files, flags));
    },
  );
  addReplayFlags(command('replay').description('play a capture against a target: is the finding still there?'))
    .argument('<file>', 'evidence of a case, or a capture of somebody else')
    .action(async (file: string, flags: ReplayFlags) => {
      finish(await replayCommand(terminal, services, file, flags));
    });
  addReplayFlags(command('shrink').description('the fewest and smallest packets that still show a finding'))
    .argument('<file>', 'evidence of a case, or a capture of somebody else')
    .addOption(
      new Option('--confirm <n>', 'a smaller capture has to show the finding so often')
        .argParser(readRepeat)
        .default(1),
    )
    .option('--requirement <id>', 'the finding to keep, where there are several')
    .option('--out <file>', 'where the small capture goes (default: FILE.shrunk.pcapng)')
    .action(async (file: string, flags: ShrinkFlags) => {
      finish(await shrinkCommand(terminal, services, file, flags));
    });
  command('import')
    .description('make a finding a regression case of `run`, kept as data in captures/regressions')
    .argument('<file>', 'evidence of a case, best a shrunk one')
    .requiredOption('--name <name>', 'name of the case behind its requirement, in kebab case')
    .option('--requirement <id>', 'the finding to keep, where there are several')
    .action(async (file: string, flags: ImportFlags) => {
      finish(await importCommand(terminal, services, file, flags));
    });
  const bench = command('bench')
    .description('throughput, loss and latency of a target, after RFC 8219 and RFC 2544')
    // Both have flags of the same name: those behind `overlays` are its own.
    .enablePositionalOptions();
  addBenchFlags(bench).action(async (flags: BenchFlags) => {
    finish(await benchCommand(terminal, services, flags));
  });
  addOverlaysFlags(
    bench
      .command('overlays')
      .description('what the alternatives cost: native routes, tunnels, VXLAN, WireGuard, a proxy, on a stock kernel')
      .helpOption('-h, --help', 'print this help')
      .exitOverride(),
  ).action(async (flags: OverlaysFlags) => {
    finish(await overlaysCommand(terminal, flags));
  });
  command('doctor')
    .description('say what this machine can run, what is missing, and the command that installs it')
    .option('--json', 'print the findings as JSON')
    .action(async (flags: { json?: boolean }) => {
      finish(await doctorCommand(terminal, flags));
    });
  return program;
};
