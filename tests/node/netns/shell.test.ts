/** The way into a namespace for people, as `run --debug` shows it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { startNetnsNode } from '../../../harness/node/netns/index.ts';
import { assert, suite } from '../../support/suite.ts';
import { whyNoNetns, writeTarget } from './support.ts';

const test = suite('node/netns/shell');

test.skipIf(await whyNoNetns(), 'a script and the printed command both run inside the node', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proto41-shell-'));
  try {
    const path = await writeTarget(join(folder, 'target'), 'script', { up: 'exit 0' });
    await using session = await startNetnsNode({
      target: { kind: 'script', folder: path, hasDown: false, hasStats: false },
    });
    const { shell } = session;
    const ran = await shell.run('ls /sys/class/net; exit 3');
    assert.is(ran.exitCode, 3);
    const ports = [...session.ports.values()].map(({ interfaceName }) => interfaceName).filter((name) => name !== '');
    const [file = '', ...parameters] = shell.command ?? [];
    const { stdout } = await execa(file, [...parameters, '-c', 'ls /sys/class/net']);
    for (const port of ports.slice(0, 2)) {
      assert.match(ran.stdout, port);
      assert.match(stdout, port);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.run();
