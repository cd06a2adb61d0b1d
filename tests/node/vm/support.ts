import { join } from 'node:path';
import { createLab } from '../../../harness/lab/lab.ts';
import { targetSetup, type SetupOptions } from '../../../harness/lab/setup.ts';
import { cacheFolder } from '../../../harness/node/host-cache.ts';
import type { NodeSession } from '../../../harness/node/node.ts';
import { obtainKernel } from '../../../harness/node/vm/kernel-store.ts';
import { qemuVersion } from '../../../harness/node/vm/qemu.ts';
import { obtainUserland } from '../../../harness/node/vm/userland-store.ts';
import { VmError } from '../../../harness/node/vm/vm-error.ts';
import { MacAddress } from '../../../harness/packet/mac-address.ts';
import { parseProfile } from '../../../harness/profile/index.ts';
import type { TargetSetup } from '../../../harness/target/setup.ts';
import type { PortName } from '../../../harness/wire/wire.ts';

export const LINUX_SIT = join(import.meta.dirname, '../../../targets/linux-sit');

/** Why no virtual machine can be had here, or undefined. */
export const whyNoVm = async (): Promise<string | undefined> => {
  const store = { cache: cacheFolder(), onProgress: () => undefined };
  try {
    await qemuVersion();
    await obtainKernel({ kind: 'suite', suite: 'bookworm' }, store);
    await obtainUserland(store);
    return undefined;
  } catch (error) {
    if (error instanceof VmError) return error.message.split('\n')[0] ?? error.code;
    throw error;
  }
};

/** The set-up of a profile on the ports of a session. */
export const setupFor = (
  session: NodeSession,
  profileText: string,
  changes: Partial<Omit<SetupOptions, 'ports'>> = {},
): TargetSetup => {
  const mac = (port: PortName): MacAddress => MacAddress.parse(session.ports.get(port)?.macAddress ?? '');
  const lab = createLab(parseProfile(profileText), { dutMacs: { P: mac('P'), U: mac('U'), U2: mac('U2') } });
  const usual = { underlayMtuBytes: 1500, podMtuBytes: 1500, secondUnderlayPort: false, routesOverU2: [] };
  return targetSetup(lab, { ports: session.ports, ...usual, ...changes });
};

/** Bytes from hexadecimal text; anything else in it is spacing. */
export const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/[^0-9a-f]/g, ''), 'hex'));
