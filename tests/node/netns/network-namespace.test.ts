import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { NetworkNamespace } from '../../../harness/node/netns/index.ts';
import { assert, suite } from '../../support/suite.ts';
import { pause, whyNoNetns } from './support.ts';

const test = suite('node/netns/network-namespace');
const noNetns = await whyNoNetns();
const home = readlinkSync('/proc/thread-self/ns/net');
const current = (): string => readlinkSync('/proc/thread-self/ns/net');

test.skipIf(
  noNetns,
  'what runs inside is inside, and afterwards the thread is home again, also after an exception',
  () => {
    using namespace = NetworkNamespace.create();
    assert.is(current(), home);
    assert.is(namespace.enter(current), namespace.inode);
    assert.is(current(), home);
    assert.throws(
      () =>
        namespace.enter(() => {
          throw new Error('broken');
        }),
      /broken/,
    );
    assert.is(current(), home);
  },
);

test.skipIf(noNetns, 'one can be entered from another, and each level comes back to its own', () => {
  using outer = NetworkNamespace.create();
  using inner = NetworkNamespace.create();
  outer.enter(() => {
    assert.is(inner.enter(current), inner.inode);
    assert.is(current(), outer.inode);
  });
});

test.skipIf(noNetns, 'a child that was started inside stays there', async () => {
  using namespace = NetworkNamespace.create();
  const child = namespace.enter(() => spawn('sleep', ['100'], { stdio: 'ignore' }));
  await pause(20);
  assert.is(readlinkSync(`/proc/${String(child.pid)}/ns/net`), namespace.inode);
  child.kill('SIGKILL');
});

test.skipIf(noNetns, 'system controls of the network are those of the namespace, read or written inside', () => {
  using namespace = NetworkNamespace.create();
  const file = '/proc/sys/net/ipv6/conf/all/hop_limit';
  const before = readFileSync(file, 'utf8');
  namespace.enter(() => execFileSync('sh', ['-c', `echo 77 >${file}`]));
  assert.is(
    namespace.enter(() => readFileSync(file, 'utf8')),
    '77\n',
  );
  assert.is(readFileSync(file, 'utf8'), before);
});

test.skipIf(noNetns, 'three hundred of them leave no descriptor behind, and a closed one says so', () => {
  const before = readdirSync('/proc/self/fd').length;
  for (let count = 0; count < 300; count += 1) NetworkNamespace.create()[Symbol.dispose]();
  assert.is(readdirSync('/proc/self/fd').length, before);
  const namespace = NetworkNamespace.create();
  namespace[Symbol.dispose]();
  namespace[Symbol.dispose]();
  assert.throws(() => namespace.enter(current), /expected an open network namespace/);
});

test.run();
