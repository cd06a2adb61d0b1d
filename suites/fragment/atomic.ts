import { CHOSEN_IDENTIFICATIONS } from '../../harness/tester/chosen-identifications.ts';
import type { TestContext } from '../../harness/tester/context.ts';
import { fragment } from './area.ts';
import { expectIntact, named } from './vectors.ts';

const COUNT = 1000;

const expectAllDelivered = async (t: TestContext, count: number, identification: number): Promise<void> => {
  const what = `Identification ${String(identification)} and DF`;
  const stimuli = Array.from({ length: count }, (_, index) =>
    named(
      t.fromTunnel({}, { outer: { identification, dontFragment: true } }),
      `tunnel packet ${String(index)} of ${String(count)} with ${what}`,
    ),
  );
  const seen = await t.exchange(...stimuli);
  for (const stimulus of stimuli) t.expectDelivered(seen, stimulus);
};

// RFC 6864 section 4.1: the Identification of a packet that nobody may fragment means nothing: any number of packets may have the same.
fragment.case('fragment.atomic-id-ignored', async (t) => {
  await expectAllDelivered(t, COUNT, 0);
  for (const identification of [1, 0x4136, 0xffff]) await expectAllDelivered(t, 20, identification);
});

// It neither joins nor ends a packet that is still on its way in fragments.
fragment.case('fragment.atomic-id-ignored', { variant: 'beside-fragments' }, async (t) => {
  const identification = CHOSEN_IDENTIFICATIONS.besideFragments;
  const whole = named(
    t.fromTunnel({ lengthBytes: 400 }, { outer: { identification } }),
    'tunnel packet in 2 fragments',
  );
  const atomic = named(
    t.fromTunnel({ lengthBytes: 400 }, { outer: { identification, dontFragment: true } }),
    'tunnel packet with DF and the Identification of those fragments, between them',
  );
  const [first, last] = t.fragmentsOf(whole, [200]);
  const seen = await t.exchange(...(first === undefined || last === undefined ? [] : [first, atomic, last]));
  expectIntact(t, seen, atomic);
  expectIntact(t, seen, whole);
});
