import { decode, describe, toHex } from '../../harness/packet/index.ts';
import { assert, suite } from '../support/suite.ts';
import { explain, type Difference } from './support/explain.ts';
import { FIELDS, fieldsOf, flattenQuotes, KNOWN_NAMES, type Field } from './support/flatten.ts';
import { FOU_PORT, frameCorpus, PLAIN_PORTS, type CorpusFrame } from './support/frame-corpus.ts';
import { askTshark, tsharkMissing } from './support/tshark.ts';

const SEED = 'proto41 against tshark';
const FRAMES = 2500;

const PREFERENCES = [
  'ip.check_checksum:TRUE',
  'udp.check_checksum:TRUE',
  'tcp.check_checksum:TRUE',
  'ip.defragment:FALSE',
  'ipv6.defragment:FALSE',
  // A total length of zero is not "segmentation offload", but wrong.
  'ip.tso_support:FALSE',
];

const OPTIONS = [
  ...PREFERENCES.flatMap((preference) => ['-o', preference]),
  '-d',
  `udp.port==${FOU_PORT},ipv6`,
  ...PLAIN_PORTS.flatMap((port) => ['-d', `udp.port==${port},data`, '-d', `tcp.port==${port},data`]),
];

type Answer = Readonly<Record<Field, readonly string[]>>;

const test = suite('packet/decode against tshark');

test.skipIf(
  await tsharkMissing(),
  `tells the same as tshark about ${FRAMES} frames, but for explained differences`,
  async () => {
    const corpus = frameCorpus(SEED, FRAMES);
    const frames = corpus.map(({ bytes }) => bytes);
    const answers = await askTshark(frames, FIELDS, OPTIONS);
    assert.is(answers.length, corpus.length);

    const explained = new Map<string, number>();
    const unexplained: string[] = [];
    let same = 0;
    corpus.forEach((frame, index) => {
      const answer = answers[index];
      assert.ok(answer);
      const { differences, reasons, text } = compare(frame, answer);
      if (differences.length === 0) same++;
      else if (text === undefined)
        for (const reason of reasons) explained.set(reason, (explained.get(reason) ?? 0) + 1);
      else unexplained.push(`frame ${index + 1}: ${text}`);
    });

    assert.is(unexplained.slice(0, 5).join('\n\n'), '', `${unexplained.length} frames differ`);
    const summary = `same ${same} of ${corpus.length}; ${JSON.stringify(Object.fromEntries(explained))}`;
    assert.ok(same > FRAMES * 0.7, `Too much is only explained: ${summary}`);
  },
  { timeoutMs: 60_000 },
);

function compare(
  frame: CorpusFrame,
  answer: Answer,
): { differences: readonly Difference[]; reasons: ReadonlySet<string>; text: string | undefined } {
  const decoded = decode(frame.bytes, 'ethernet', { tunnelPorts: { [FOU_PORT]: 'fou' } });
  const layers = flattenQuotes(decoded);
  const values = fieldsOf(layers);
  const differences = FIELDS.map((field) => ({
    field,
    ours: values.get(field) ?? [],
    theirs: field === 'frame.protocols' ? protocolStack(answer[field]) : answer[field],
  })).filter(({ ours, theirs }) => ours.join() !== theirs.join());
  const reasons = new Set<string>();
  const open = differences.filter((difference) => {
    const reason = explain(difference, decoded, layers);
    if (reason !== undefined) reasons.add(reason);
    return reason === undefined;
  });
  const lines = open.map(({ field, ours, theirs }) => `  ${field}: ours ${ours.join()}, theirs ${theirs.join()}`);
  const text = [frame.recipe, toHex(frame.bytes), describe(decoded), answer['frame.protocols'].join(), ...lines];
  return { differences, reasons, text: open.length === 0 ? undefined : text.join('\n') };
}

/** `eth:ethertype:ip:ipv6:udp:data` without what our decoder does not name. */
function protocolStack(protocols: readonly string[]): readonly string[] {
  return protocols.flatMap((stack) => stack.split(':')).filter((name) => KNOWN_NAMES.has(name));
}

test.run();
