import { join } from 'node:path';
import { cacheFolder } from '../../../harness/node/host-cache.ts';
import { DEFAULT_KERNEL, KERNEL_SUITES } from '../../../harness/node/vm/kernel-choice.ts';
import { installedVersions } from '../../../harness/node/vm/package-store.ts';
import { startVmNode } from '../../../harness/node/vm/vm-node.ts';
import { assert, suite } from '../../support/suite.ts';
import { LINUX_SIT, setupFor, whyNoVm } from './support.ts';

const test = suite('node/vm/kernels', { timeoutMs: 120_000 });
const noVm = await whyNoVm();

const RELEASES = { bookworm: /^6\.1\./, bullseye: /^5\.10\./, trixie: /^6\.12\./, sid: /^\d+\.\d+/ } as const;
const PROFILES = ['overlay', '6to4', '6in4', '6rd:fd5a:1234:5600::/40+10.0.0.0/8,encap=fou:3544'] as const;

for (const name of KERNEL_SUITES) {
  if (name === DEFAULT_KERNEL) continue;
  const cached = await installedVersions(join(cacheFolder(), 'kernels', name));
  // 20 to 35 MB each: a test does not download them on its own.
  const missing = cached.length === 0 ? `the kernel of ${name} is not in the cache; --kernel ${name} fetches it` : noVm;
  test.skipIf(missing, `the kernel of ${name} boots and takes every kind of profile`, async () => {
    await using session = await startVmNode({ targetFolder: LINUX_SIT, kernel: { kind: 'suite', suite: name } });
    assert.match(session.facts.kernelRelease ?? '', RELEASES[name]);
    for (const profile of PROFILES) assert.is((await session.up(setupFor(session, profile))).kind, 'ready', profile);
  });
}

test.run();
