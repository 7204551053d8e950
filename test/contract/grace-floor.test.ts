import { describe, expect, it } from 'vitest';
import { DAY_MS, instant, plus, toIso } from '../../src/domain/instant.ts';
import { explain } from '../../src/pipeline/explain/explain.ts';
import { makeFindPresent } from '../../src/pipeline/guard/present.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { DEFAULT_POLICY } from '../default-policy.ts';
import { person } from '../scenario/stage.ts';
import { customerIsSaved, customerPays, fails } from '../scenario/stripe-happenings.ts';
import { guardRig, guardRules } from './guard-rig.ts';

const T0 = instant(Date.UTC(2026, 10, 2, 9));
const SWITCH = plus(T0, 20 * DAY_MS);
const FLOOR_ENDS = toIso(plus(SWITCH, DEFAULT_POLICY.grace.floorMs));
const bill = (name: string) => ({ invoice: `in_${name}`, subscription: `sub_${name}`, amount: 4_900 });

/** Retries ran out under observe; enforced since the twentieth day. */
const switched = async () => {
  const rig = await guardRig('disk');
  await rig.store.noteMode('observe', T0);
  await rig.take(person('ada'), T0, customerIsSaved, fails(bill('1'), { attempt: 1 }));
  await rig.decide(SWITCH);
  await rig.store.noteMode('enforce', SWITCH);
  // Something is unread: whoever asks decides for themselves.
  await rig.take(person('ada'), SWITCH, customerPays(bill('2'), { attempt: 1, charge: 2 }));
  return rig;
};

describe('the floor of grace after the switch to enforce (G10)', () => {
  it('holds in what the guard decides before the loop does', async () => {
    const { reader } = await switched();
    const findPresent = makeFindPresent({
      store: reader,
      rules: guardRules(),
      providers: PROVIDERS,
      channelFor: () => 'recorder',
    });
    const present = await findPresent('user_ada', SWITCH);
    expect(present?.traits).toMatchObject({ access_level: 'grace', grace_ends_at: FLOOR_ENDS });
  });

  it('holds in an explanation from the switch on, and not before', async () => {
    const { store } = await switched();
    const accessAt = async (at = SWITCH) => {
      const [profile] = await store.findProfiles('user_ada');
      const history = await store.profileHistory(profile?.profileId ?? 0, at);
      if (history === undefined) throw new Error('nobody is known');
      const explained = explain({ history, rules: guardRules(), at, hindsight: false });
      return 'view' in explained ? explained.view.traits.access_level : null;
    };
    expect(await accessAt(plus(SWITCH, -1))).toBe('restricted');
    expect(await accessAt()).toBe('grace');
  });

  it('is known to whoever answers what a hold would change', async () => {
    const { store } = await switched();
    expect(await store.findPeople('user_ada')).toMatchObject([{ enforcedSince: SWITCH }]);
  });
});
