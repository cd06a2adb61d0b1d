import { printableJson } from '../../report/escape.ts';
import { EXIT } from '../../runner/exit-code.ts';
import { loadTarget } from '../../target/load-target.ts';
import type { InterfaceBackend } from '../../wire/interface/interface-wire.ts';
import type { NodeName } from '../../node/node.ts';
import { defaultNode } from '../default-node.ts';
import { stopOnInterrupt } from '../interrupts.ts';
import type { Services } from '../services.ts';
import { checkTarget } from '../target-check/check-target.ts';
import { claimedProfile } from '../target-check/claimed-profile.ts';
import { ok } from '../target-check/step.ts';
import { stepText, summaryText } from '../target-check/text.ts';
import type { Terminal } from '../terminal.ts';
import { runInUserNamespace } from '../user-namespace.ts';

/** What commander makes of the flags of `target check`. */
export interface TargetCheckFlags {
  readonly node?: NodeName;
  readonly wire?: InterfaceBackend;
  readonly profile?: string;
  readonly json?: boolean;
}

/** Checks that a target keeps its contract. Exit code 0, 1 when a step failed, 2 for an invalid target, 3 without a node. */
export const targetCheckCommand = async (
  terminal: Terminal,
  services: Services,
  target: string,
  flags: TargetCheckFlags,
): Promise<number> => {
  const loaded = await loadTarget(target);
  const { manifest } = loaded;
  const profile = claimedProfile(manifest, flags.profile);
  const node = flags.node ?? defaultNode(target);
  if (node === 'netns') {
    const elsewhere = await runInUserNamespace(terminal);
    if (elsewhere !== undefined) return elsewhere;
  }
  using interrupts = stopOnInterrupt(terminal, 'stopping the check');
  const chosen = await services.chooseTarget({
    target,
    node,
    kernel: undefined,
    ...(flags.wire === undefined ? {} : { wire: flags.wire }),
    registry: await services.loadRegistry(),
    seed: 'target-check',
  });
  const show = (step: Parameters<typeof stepText>[0]): void => {
    if (flags.json !== true) terminal.out(stepText(step, terminal.outPalette));
  };
  const first = ok(
    'manifest',
    `${manifest.name}, kind ${manifest.kind}, ${loaded.executables.join(' ') || 'in this process'}`,
  );
  show(first);
  const steps = [
    first,
    ...(await checkTarget({
      probeNonsense: chosen.probeNonsense,
      profile,
      startSession: () => chosen.start({ signal: interrupts.signal, onProgress: () => undefined }),
      createTestbed: await services.loadTester(),
      onStep: show,
    })),
  ];
  const isGood = steps.every(({ state }) => state !== 'failed');
  terminal.out(
    flags.json === true
      ? `${printableJson({ target: manifest.name, node, profile: profile.text, ok: isGood, steps })}\n`
      : summaryText(manifest.name, steps, terminal.outPalette),
  );
  return isGood ? EXIT.expected : EXIT.unexpected;
};
