import { assert, suite } from '../../support/suite.ts';
import { contextOf, strangersContext } from '../support.ts';
import { createRuleEngine } from '../../../harness/rules/index.ts';
import { compareQuickPath } from './compare.ts';
import { PROFILES, repairChecksum, traffic } from './traffic.ts';

const test = suite('rules/quick');

/** Where the bytes are that are changed to every value: of a UDP overlay, what the others have not. */
const EVERY_BYTE: ReadonlyMap<string, readonly [from: number, to: number]> = new Map([
  ['overlay', [0, 76]],
  ['6to4', [0, 76]],
  ['overlay,encap=fou:3544,udpChecksum=on,mtu=static:1280', [34, 50]],
  ['overlay,encap=gue:6080', [34, 54]],
]);

for (const profile of PROFILES) {
  test(`${profile}: the quick path and the rules find what the rules alone find`, () => {
    const frames = traffic({ profile, seed: `changed ${profile}`, mutations: 0.3 });
    const { passed, findings } = compareQuickPath(strangersContext(profile), frames, 1500);
    assert.ok(findings > 150, `${findings} findings`);
    assert.ok(passed > (profile.includes('privateV4') ? 10 : 200), `${passed} frames passed`);
  });

  const range = EVERY_BYTE.get(profile);
  if (range === undefined) continue;
  test(`${profile}: with every byte of the headers changed to every value`, () => {
    const [good] = traffic({ profile, seed: 'good', mutations: 0 });
    const frames = function* (): Generator<Uint8Array> {
      if (good === undefined) return;
      for (let at = range[0]; at < range[1]; at++) {
        for (let value = 0; value < 256; value++) {
          const bytes = good.slice();
          bytes[at] = value;
          yield bytes;
          if (at < 14 || at >= 34 || at === 24 || at === 25) continue;
          const repaired = bytes.slice();
          repairChecksum(repaired);
          yield repaired;
        }
      }
    };
    compareQuickPath(strangersContext(profile), frames(), Infinity);
  });
}

test('the quick path passes almost every frame of a healthy overlay', () => {
  const tunnelled = function* (): Generator<Uint8Array> {
    for (const bytes of traffic({ profile: 'overlay', seed: 'healthy', mutations: 0 })) yield bytes;
  };
  const { frames, passed } = compareQuickPath(strangersContext('overlay'), tunnelled(), 5000);
  assert.ok(passed > frames * 0.6, `${passed} of ${frames}`);
});

test('where the DUT is known, the rules see every frame', () => {
  assert.is(createRuleEngine(contextOf('overlay')).quick, undefined);
});

test('in GRE, the rules see every frame', () => {
  assert.is(createRuleEngine(strangersContext('6in4,encap=gre')).quick, undefined);
});

test.run();
