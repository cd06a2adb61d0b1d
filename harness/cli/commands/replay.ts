import { printableJson, printableLines } from '../../report/escape.ts';
import { EXIT } from '../../runner/exit-code.ts';
import { defaultNode } from '../default-node.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import type { ReplayFlags } from '../replay/flags.ts';
import { openTarget } from '../replay/open-target.ts';
import type { Services } from '../services.ts';
import type { Terminal } from '../terminal.ts';
import { runInUserNamespace } from '../user-namespace.ts';

/** So long the case itself may take, when it is asked. */
const CASE_TIMEOUT_MS = 120_000;

/** Plays a capture against a target. Exit code 0 when its findings are gone, 1 when one is not, 4 without anything to judge. */
export const replayCommand = async (
  terminal: Terminal,
  services: Services,
  file: string,
  flags: ReplayFlags,
): Promise<number> => {
  if ((flags.node ?? defaultNode(flags.target)) === 'netns') {
    const elsewhere = await runInUserNamespace(terminal);
    if (elsewhere !== undefined) return elsewhere;
  }
  const [{ openRecording }, { replay }, { askTheCase, confirmed }, report] = await Promise.all([
    import('../../replay/open-recording.ts'),
    import('../../replay/replay.ts'),
    import('../../replay/confirm.ts'),
    import('../../replay/outcome.ts'),
  ]);
  using interrupts = stopOnInterrupt(terminal, 'stopping the replay');
  const { recording, notes } = await openRecording(file, flags);
  await using target = await openTarget(terminal, services, flags, recording, interrupts.signal);
  const { testbed } = target;
  const replayed = await replay(testbed, recording);
  if (replayed.kind === 'refused') {
    terminal.err(
      `${printableLines(`proto41: ${flags.target} does not support the set-up of ${file}: ${replayed.reason}`).join('\n')}\n`,
    );
    return EXIT.undecided;
  }
  const registry = await services.loadRegistry();
  const { signal } = interrupts;
  const confirmation = await askTheCase(recording, { registry, testbed, timeoutMs: CASE_TIMEOUT_MS, signal });
  const findings = confirmed(replayed, confirmation);
  const exitCode = signal.aborted ? EXIT.interrupted : report.exitCodeOfReplay(findings);
  const outcome = { file, target: flags.target, recording, findings, confirmation, notes };
  if (flags.json === true) {
    terminal.out(`${printableJson(report.outcomeJson(outcome))}\n`);
    return exitCode;
  }
  const asked =
    confirmation.kind === 'asked'
      ? `The case was run as well, and ${confirmation.requirements.size === 0 ? 'finds nothing wrong' : `finds ${[...confirmation.requirements].join(', ')}`}.`
      : `Judged by rules and by comparing frames alone: ${confirmation.reason}.${recording.isStranger === true ? '' : ' A finding of a case that is gone has given way to other output; whether that is right, only a case can say.'}`;
  const lines = [
    `${recording.name} under ${recording.profileText}, played against ${flags.target}`,
    ...notes.map((note) => `note: ${note}`),
    ...findings.flatMap((finding) => report.findingLines(finding, recording)),
    asked,
    '',
    report.countsLine(findings),
  ];
  terminal.out(`${lines.flatMap((line) => printableLines(line)).join('\n')}\n`);
  return exitCode;
};
