import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/pipeline/ports.ts';
import { backfillPromises } from './store-suite-backfill.ts';
import { brakePromises } from './store-suite-brakes.ts';
import { contactPromises } from './store-suite-contacts.ts';
import { deadLetterPromises } from './store-suite-dead-letters.ts';
import { doorPromises } from './store-suite-door.ts';
import { guardPromises } from './store-suite-guard.ts';
import { lookUpPromises } from './store-suite-look-ups.ts';
import { loopPromises } from './store-suite-loop.ts';
import { outboxPromises } from './store-suite-outbox.ts';
import { peoplePromises } from './store-suite-people.ts';
import { privacyPromises } from './store-suite-privacy.ts';
import { profilePromises } from './store-suite-profiles.ts';
import { suppressionPromises } from './store-suite-suppressions.ts';
import { toolAccountPromises } from './store-suite-tool-accounts.ts';
import { toolOutcomePromises } from './store-suite-tool-outcomes.ts';
import { toolPromises } from './store-suite-tools.ts';
import { toolsAtRandom } from './store-suite-tools-random.ts';
import { verifyPromises } from './store-suite-verify.ts';

/** The store of the running test. */
export type Subject = () => Store;

const SUITES = [
  backfillPromises,
  brakePromises,
  doorPromises,
  loopPromises,
  outboxPromises,
  deadLetterPromises,
  profilePromises,
  peoplePromises,
  contactPromises,
  privacyPromises,
  guardPromises,
  lookUpPromises,
  toolPromises,
  toolOutcomePromises,
  toolAccountPromises,
  verifyPromises,
  suppressionPromises,
];

/**
 * What every store adapter must keep.
 * @param open an empty store for each test; the suite closes it.
 * @param histories how many are played at random over the tools' rows.
 */
export const storeContract = (name: string, open: () => Promise<Store>, histories: number): void => {
  describe(`store contract: ${name}`, () => {
    let store: Store | undefined;
    const subject: Subject = () => {
      if (store === undefined) throw new Error('no store is open');
      return store;
    };
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store?.close());
    for (const suite of SUITES) suite(subject);
    toolsAtRandom(subject, histories);
  });
};
