import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GuestAgent, shellQuote } from '../../../harness/node/vm/guest-agent.ts';
import { assert, suite } from '../../support/suite.ts';

const test = suite('node/vm/guest-agent');

let folder = '';
let guest: Socket;
let agent: GuestAgent;

test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proto41-test-'));
  const server = createServer();
  server.listen(join(folder, 's'));
  await once(server, 'listening');
  guest = createConnection(join(folder, 's'));
  const [accepted] = (await once(server, 'connection')) as [Socket]; // the documented argument of the event
  server.close();
  agent = new GuestAgent(accepted);
});
test.after.each(async () => {
  agent.close();
  guest.destroy();
  await rm(folder, { recursive: true });
});

const heard = async (bytes: number): Promise<string> => {
  let text = '';
  while (text.length < bytes) {
    const [chunk] = (await once(guest, 'data')) as [Buffer]; // the documented argument of the event
    text += chunk.toString();
  }
  return text;
};

test('the greeting names the kernel and the ports', async () => {
  guest.write('READY 6.1.0-56 1.25 02:41:00:00:00:01 02:41:00:00:00:02 ');
  guest.write('02:41:00:00:00:03\n');
  assert.equal(await agent.greeting(), {
    release: '6.1.0-56',
    kernelSeconds: 1.25,
    macAddresses: ['02:41:00:00:00:01', '02:41:00:00:00:02', '02:41:00:00:00:03'],
  });
});

test('lengths are counted in bytes, both ways, and output may look like an answer', async () => {
  const result = agent.run({ script: 'echo ü', stdin: '{}\n' });
  const request = 'RUN 1 7 3\necho ü{}\n';
  assert.is(await heard(request.length), request);
  guest.write('DONE 1 3 10 4\nDONE 9 0 0err\n');
  assert.equal(await result, { exitCode: 3, stdout: 'DONE 9 0 0', stderr: 'err\n' });
});

test('a request waits for the answer to the one before', async () => {
  const first = agent.run({ script: 'a' });
  const second = agent.run({ script: 'b' });
  assert.is(await heard(11), 'RUN 1 1 0\na');
  guest.write('DONE 1 0 0 0\n');
  await first;
  assert.is(await heard(11), 'RUN 2 1 0\nb');
  guest.write('DONE 2 0 2 0\nok');
  assert.is((await second).stdout, 'ok');
});

test('output comes back whole, however long and in however many pieces', async () => {
  const output = 'x'.repeat(1_000_000);
  const result = agent.run({ script: 's' });
  guest.write(`DONE 1 0 ${output.length} 0\n`);
  guest.write(output);
  assert.is((await result).stdout.length, output.length);
});

test('a guest that does not answer in time fails this request and all later ones', async () => {
  await assert.rejects(agent.run({ script: 'sleep 99', timeoutMs: 20 }), /did not finish a script within 20 ms/);
  await assert.rejects(agent.run({ script: 'true' }), /did not finish a script within 20 ms/);
});

test('a program that does not end is called by its name, with its limit', async () => {
  await assert.rejects(
    agent.run({ script: 'sleep 99', timeoutMs: 20, name: 'up of the target' }),
    /expected up of the target to end within 0\.02 s, it is still running/,
  );
});

test('a guest that goes away fails the request that waits', async () => {
  const result = agent.run({ script: 'true' });
  await heard(1);
  guest.destroy();
  await assert.rejects(result, /the guest closed its control channel/);
});

test('an answer to something else is not taken for this one', async () => {
  const result = agent.run({ script: 'true' });
  guest.write('DONE 7 0 0 0\n');
  await assert.rejects(result, /expected the answer to request 1/);
});

test('any text is one word for the shell', () => {
  assert.is(shellQuote(`a 'b' $c`), `'a '\\''b'\\'' $c'`);
});

test.run();
