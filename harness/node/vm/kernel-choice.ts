import { KernelChoiceError } from './vm-error.ts';

/** Debian suites whose cloud kernel can be asked for by name; the first is the default. */
export const KERNEL_SUITES = ['bookworm', 'bullseye', 'trixie', 'sid'] as const;
export type KernelSuite = (typeof KERNEL_SUITES)[number];
export const DEFAULT_KERNEL: KernelSuite = 'bookworm';

/** A Debian kernel by suite, or any kernel of the user's own: an x86-64 boot image and its `/lib/modules/<release>` folder. */
export type KernelChoice =
  | { readonly kind: 'suite'; readonly suite: KernelSuite }
  | { readonly kind: 'files'; readonly vmlinuz: string; readonly modules: string };

const isSuite = (text: string): text is KernelSuite => KERNEL_SUITES.some((suite) => suite === text);

/**
 * Reads the text form: a suite, or `<vmlinuz>:<modules folder>`.
 *
 * @throws KernelChoiceError for anything else
 */
export const parseKernelChoice = (text: string): KernelChoice => {
  if (isSuite(text)) return { kind: 'suite', suite: text };
  const [vmlinuz, modules, ...rest] = text.split(':');
  if (rest.length === 0 && vmlinuz !== undefined && vmlinuz !== '' && modules !== undefined && modules !== '') {
    return { kind: 'files', vmlinuz, modules };
  }
  throw new KernelChoiceError(
    `expected a kernel (${KERNEL_SUITES.join(', ')}, or <path of vmlinuz>:<path of its /lib/modules/RELEASE>), found ${JSON.stringify(text)}`,
  );
};

export const kernelChoiceText = (choice: KernelChoice): string =>
  choice.kind === 'suite' ? choice.suite : `${choice.vmlinuz}:${choice.modules}`;
