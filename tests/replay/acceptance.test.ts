import { join } from 'node:path';
import { stimuliOf, type OriginalFinding, type Recording } from '../../harness/replay/recording.ts';
import { saveRecording } from '../../harness/replay/save.ts';
import { shrinkFirst } from '../../harness/replay/shrink/shrink.ts';
import type { FindingState } from '../../harness/replay/compare.ts';
import { assert, suite } from '../support/suite.ts';
import { inFolder, findingsAgainst, leaveEvidence, readRecording, replayAgainst } from './support.ts';

// What a case finds has to be found again in its evidence, in a capture of at most three packets as well, and only where it is.

const test = suite('replay/acceptance', { timeoutMs: 60_000 });

const MOST_PACKETS = 3;

const FAULTS: readonly (readonly [fault: string, caseId: string, profile: string])[] = [
  ['6rd-octet-align', 'address.6rd-embedded-bits', 'overlay'],
  ['isatap-needs-u0', 'address.isatap-iid', 'isatap'],
  ['ingress-knob-inert', 'config.ingress-filter-knob', '6in4'],
  ['6in4-any-source', 'decap.configured-remote', '6in4'],
  ['decap-damages-second-packet', 'decap.inner-unchanged', 'overlay'],
  ['icmp-on-mismatch', 'decap.mismatch-no-icmp', '6in4'],
  ['sanity-too-wide', 'decap.outer-address-sanity', '6to4'],
  ['no-src-pair-check', 'decap.source-matches-embedded', 'overlay'],
  ['ecn-mark-notect', 'dscp-ecn.egress-drop-not-ect-ce', 'overlay'],
  ['ecn-bleach', 'dscp-ecn.ingress-table', 'overlay'],
  ['double-encap', 'encap.exactly-once', 'overlay'],
  ['id-duplicate-suppression', 'fragment.atomic-id-ignored', 'overlay'],
  ['frag-csum', 'fragment.encap-train', 'overlay'],
  ['frag-last-mf1', 'fragment.encap-train', 'overlay'],
  ['decap-inner-reasm', 'fragment.inner-transit', 'overlay'],
  ['frag-pp-fixed-pointer', 'fragment.own-errors', 'overlay'],
  ['reasm-inorder-only', 'fragment.reassembly-before-decap', 'overlay'],
  ['reasm-key-no-destination', 'fragment.reassembly-key', 'overlay'],
  ['gre-bits-ignored', 'gre.receive-flags', 'gre'],
  ['hl-check-before-local', 'hop-limit.originated-and-consumed', 'overlay'],
  ['te-translated', 'icmp4.time-exceeded', 'overlay'],
  ['error-on-error', 'icmp6.no-error-on-error', 'overlay'],
  ['decap-flowlabel', 'ipv6.flow-label-preserved', 'overlay'],
  ['mapping-collision', 'kubernetes.unique-pod-address', 'overlay'],
  ['self-loop', 'loop.unassigned-own-address', 'overlay'],
  ['pmtu-underflow', 'mtu.never-increase', 'overlay'],
  ['ptb-short-quote', 'mtu.packet-too-big-format', 'overlay'],
  ['encap-to-rfc1918', 'security.encap-embedded-non-global', '6to4'],
  ['negative-cached-for-all', 'stateless.bad-destination-isolated', 'overlay'],
  ['udp-csum-0000', 'udp.checksum-generated', 'ip6ip6,encap=fou:3544'],
  ['fou-total-length-minus8', 'udp.length-fields', 'fou'],
  ['hl-from-ttl', 'hop-limit.decap-decrement', 'overlay'],
];

const isShown = ({ by, decisive, mark }: OriginalFinding): boolean =>
  by === 'rule' || decisive !== undefined || mark !== undefined;

/** What no frame shows, because it was counted, timed, or stands in counters of the target. */
const IN_NO_FRAME: readonly (readonly [fault: string, caseId: string, profile: string])[] = [
  ['icmp4-untraced', 'icmp4.logged', 'overlay'],
  ['no-rate-limit', 'icmp6.rate-limit', 'overlay'],
  ['no-nud', 'neighbour.nud-sent', '6in4'],
  ['spoof-uncounted', 'security.spoof-counter', 'overlay'],
];

/** The states of the findings of one requirement. */
const statesOf = async (
  faults: readonly string[],
  recording: Recording,
  { requirement }: OriginalFinding,
): Promise<readonly FindingState[]> => {
  return (await findingsAgainst(faults, recording))
    .filter(({ original }) => original.requirement === requirement)
    .map(({ state }) => state);
};

for (const [fault, caseId, profile] of FAULTS) {
  test(`${fault}: ${caseId} is found again in its evidence, and in a few packets, only where the fault is`, async () => {
    await inFolder(async (folder) => {
      const file = await leaveEvidence(folder, { fault, caseId, profile });
      assert.ok(file !== undefined, `${caseId} leaves no evidence`);
      const recording = await readRecording(file);
      const [requirement] = caseId.split('/');
      const own = recording.findings.filter((each) => each.requirement === requirement);
      const [finding] = own;
      assert.ok(finding !== undefined, `${caseId} finds nothing`);
      assert.ok((await statesOf([fault], recording, finding)).includes('still there'), 'with the fault');
      for (const state of await statesOf([], recording, finding)) assert.is(state, 'gone');

      // Those first that a frame shows, as the command has them.
      const shown = own.toSorted((one, other) => Number(isShown(other)) - Number(isShown(one)));
      const shrunk = await shrinkFirst(recording, shown, {
        play: (candidate) => replayAgainst([fault], candidate),
        playGood: (candidate) => replayAgainst([], candidate),
        confirmations: 1,
      });
      const small = join(folder, 'small.pcapng');
      await saveRecording(small, shrunk.recording);
      const again = await readRecording(small);
      assert.ok(stimuliOf(again).length <= MOST_PACKETS, `${String(stimuliOf(again).length)} packets`);
      assert.equal(await statesOf([fault], again, finding), ['still there']);
      assert.equal(await statesOf([], again, finding), ['gone']);
    });
  });
}

for (const [fault, caseId, profile] of IN_NO_FRAME) {
  test(`${fault}: ${caseId} is in no frame, and still there by the word of its case, only where the fault is`, async () => {
    await inFolder(async (folder) => {
      const file = await leaveEvidence(folder, { fault, caseId, profile });
      assert.ok(file !== undefined, `${caseId} leaves no evidence`);
      const recording = await readRecording(file);
      const finding = recording.findings.find((each) => !isShown(each));
      assert.ok(finding !== undefined, `${caseId} finds nothing of the kind`);
      for (const state of await statesOf([fault], recording, finding)) assert.is(state, 'still there');
      for (const state of await statesOf([], recording, finding)) assert.is(state, 'gone');
      const play = { play: () => replayAgainst([fault], recording), playGood: () => replayAgainst([], recording) };
      await assert.rejects(shrinkFirst(recording, [finding], { ...play, confirmations: 1 }), /is in no single frame/);
    });
  });
}

test.run();
