import { Proto41Error } from '../../errors.ts';

/** The virtual machine, or what it needs from this host, could not be had; the message says what to do. */
export class VmError extends Proto41Error {
  constructor(code: `VM_${string}`, message: string, cause?: unknown) {
    super(message, { code, exitCode: 3, ...(cause === undefined ? {} : { cause }) });
  }
}

/** The kernel that was asked for has no meaning or does not exist. */
export class KernelChoiceError extends Proto41Error {
  constructor(message: string) {
    super(message, { code: 'VM_KERNEL_CHOICE', exitCode: 2 });
  }
}
