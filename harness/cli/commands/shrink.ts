import { counted } from '../../report/counted.ts';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseProfile } from '../../profile/index.ts';
import type { OriginalFinding, Recording } from '../../replay/recording.ts';
import { printableJson, printableLines } from '../../report/escape.ts';
import { EXIT } from '../../runner/exit-code.ts';
import { shellCommand } from '../../runner/rerun.ts';
import { defaultNode } from '../default-node.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import type { ReplayFlags } from '../replay/flags.ts';
import { openTarget } from '../replay/open-target.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { runInUserNamespace } from '../user-namespace.ts';

/** What commander makes of the flags of `shrink`. */
export interface ShrinkFlags extends ReplayFlags {
  readonly confirm: number;
  readonly requirement?: string;
  readonly out?: string;
}

/** Makes a finding small. Exit code 1 with a smaller capture that shows it, 0 when it is gone, 4 when frames do not tell. */
export const shrinkCommand = async (
  terminal: Terminal,
  services: Services,
  file: string,
  flags: ShrinkFlags,
): Promise<number> => {
  if ((flags.node ?? defaultNode(flags.target)) === 'netns') {
    const elsewhere = await runInUserNamespace(terminal);
    if (elsewhere !== undefined) return elsewhere;
  }
  const [{ openRecording }, { replay }, shrinking, { saveRecording }, { caseText }] = await Promise.all([
    import('../../replay/open-recording.ts'),
    import('../../replay/replay.ts'),
    import('../../replay/shrink/shrink.ts'),
    import('../../replay/save.ts'),
    import('../../replay/shrink/case-text.ts'),
  ]);
  using interrupts = stopOnInterrupt(terminal, 'stopping');
  const { signal } = interrupts;
  const { recording } = await openRecording(file, flags);
  const out = flags.out ?? `${file.replace(/\.(pcapng|pcap)$/, '')}.shrunk.pcapng`;
  if (out === file) throw new UsageError(`shrink --out ${out}: expected another file than the capture`);
  await using target = await openTarget(terminal, services, flags, recording, signal);
  await using session = await services.startFaultyReference([]);
  const createTestbed = await services.loadTester();
  await using good = await createTestbed({
    session,
    profile: parseProfile(recording.profileText),
    seed: recording.seed,
  });
  try {
    const first = await replay(target.testbed, recording);
    if (first.kind === 'refused') {
      terminal.err(`proto41: ${flags.target} does not support the set-up of ${file}: ${first.reason}\n`);
      return EXIT.undecided;
    }
    const shown = first.findings.filter(({ state }) => state === 'still there' || state === 'different');
    const named = chosen(recording, flags.requirement);
    const wanted = named.filter((each) => shown.some(({ original }) => original === each));
    if (wanted.length === 0) {
      terminal.out(`${named[0]?.requirement ?? 'the finding'} is gone: there is nothing to shrink\n`);
      return first.dead ? EXIT.undecided : EXIT.expected;
    }
    const shrunk = await shrinking.shrinkFirst(recording, wanted, {
      play: (candidate) => replay(target.testbed, candidate),
      playGood: (candidate) => replay(good, candidate),
      confirmations: flags.confirm,
      signal,
      onProgress: (message) => {
        if (terminal.isInteractive) terminal.err(`proto41: ${message}\n`);
      },
    });
    await saveRecording(out, shrunk.recording);
    const node = flags.node === undefined ? [] : ['--node', flags.node];
    const command = shellCommand(['replay', out, '--target', flags.target, ...node]);
    const packets = shrunk.recording.steps.reduce(
      (sum, step) => sum + (step.kind === 'exchange' ? step.stimuli.length : 0),
      0,
    );
    const text = caseText(shrunk.recording, shrunk.finding, variantOf(out));
    const facts = {
      file: out,
      requirement: shrunk.finding.requirement,
      packets: { before: shrunk.packetsBefore, after: packets },
      bytes: { before: shrunk.bytesBefore, after: shrinking.bytesIn(shrunk.recording) },
      trials: shrunk.trials,
      command,
      case: text,
    };
    terminal.out(flags.json === true ? `${printableJson(facts)}\n` : shrunkText(facts));
    return EXIT.unexpected;
  } catch (error) {
    if (signal.aborted) {
      await rm(out, { force: true });
      return EXIT.interrupted;
    }
    if (!(error instanceof shrinking.NothingToShrinkError)) throw error;
    terminal.err(`${printableLines(`proto41: ${error.message}`).join('\n')}\n`);
    return EXIT.undecided;
  }
};

/** The findings that may be meant, those first whose frame is known. */
const chosen = ({ findings }: Recording, requirement: string | undefined): readonly OriginalFinding[] => {
  const named = findings.filter((finding) => requirement === undefined || finding.requirement === requirement);
  if (named.length === 0)
    throw new UsageError(
      requirement === undefined
        ? 'shrink: expected a capture with a finding, found none'
        : `shrink --requirement ${requirement}: expected one of ${[...new Set(findings.map((each) => each.requirement))].join(', ')}`,
    );
  const isShown = ({ decisive, mark, by }: OriginalFinding): boolean =>
    by === 'rule' || decisive !== undefined || mark !== undefined;
  return [...named.filter(isShown), ...named.filter((finding) => !isShown(finding))];
};

const variantOf = (file: string): string => {
  const name = basename(file)
    .replace(/\.pcapng$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return (
    name
      .replace(/^-+|-+$/g, '')
      .slice(-40)
      .replace(/^-+/, '') || 'shrunk'
  );
};

interface ShrunkFacts {
  readonly file: string;
  readonly requirement: string;
  readonly packets: { readonly before: number; readonly after: number };
  readonly bytes: { readonly before: number; readonly after: number };
  readonly trials: number;
  readonly command: string;
  readonly case: string;
}

const shrunkText = ({ file, requirement, packets, bytes, trials, command, case: text }: ShrunkFacts): string =>
  [
    `${requirement}: ${counted(packets.before, 'packet')} became ${String(packets.after)}, ${String(bytes.before)} bytes became ${String(bytes.after)}, in ${counted(trials, 'replay')}`,
    '',
    'As a case:',
    '',
    ...printableLines(text.trimEnd()),
    '',
    `Written to ${file}. Replay it with:`,
    command,
    '',
  ].join('\n');
