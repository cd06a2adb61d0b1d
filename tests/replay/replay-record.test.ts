import { parseReplayRecord, replayComment, type ReplayRecord } from '../../harness/runner/replay-record.ts';
import { assert, suite } from '../support/suite.ts';

const test = suite('replay/replay-record');

const record: ReplayRecord = {
  version: 1,
  case: 'decap.a/odd',
  profile: '6to4',
  seed: 'x',
  nonce: 4711,
  dutMacs: { P: '02:41:00:00:00:01', U: '02:41:00:00:00:02', U2: '02:41:00:00:00:03' },
  changes: { underlayMtuBytes: 1400 },
  steps: [
    {
      kind: 'exchange',
      cold: false,
      stimuli: [
        { frame: 1, mark: 100 },
        { frame: 3, mark: 101 },
        { frame: 5, mark: 102 },
        { frame: 6, mark: 103 },
        { frame: 7, mark: 103 },
        { frame: 9, mark: 200 },
      ],
    },
    { kind: 'answer-for', address: 'fd00::1', answer: false },
    { kind: 'sleep', forMs: 5 },
    { kind: 'restart', changes: { podMtuBytes: 1400 } },
    { kind: 'exchange', cold: true, watchMs: 7, stimuli: [] },
  ],
  findings: [{ requirement: 'decap.a', by: 'case', expected: 'silence', actual: 'noise', frame: 2, mark: 100 }],
};

test('what is written beside the frames is what is read', () => {
  const comment = replayComment(record);
  assert.ok(comment !== undefined);
  assert.equal(parseReplayRecord(['something else', comment]), record);
  assert.is(parseReplayRecord(['something else']), undefined);
});

test('stimuli in a row take no room, and those that take too much are not written', () => {
  const exchange = (markOf: (index: number) => number): ReplayRecord => ({
    ...record,
    steps: [
      {
        kind: 'exchange',
        cold: false,
        stimuli: Array.from({ length: 10_000 }, (_, index) => ({ frame: 1 + 2 * index, mark: markOf(index) })),
      },
    ],
  });
  const inARow = replayComment(exchange((index) => 5 + index));
  assert.ok(inARow !== undefined && inARow.length < 1000);
  assert.is(replayComment(exchange((index) => 7 * index)), undefined);
});

test('a broken comment is refused, not half understood', () => {
  assert.throws(() => parseReplayRecord(['proto41 replay {"version":1}']));
  assert.throws(() => parseReplayRecord(['proto41 replay {']));
});

test.run();
