import { iterable } from '../../destinations/iterable/index.ts';
import { instant } from '../../src/domain/instant.ts';
import { startIterableStandIn } from '../../src/simulate/vendors/iterable.ts';
import type { OpenToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { toolRecord } from '../contract/tool-records.ts';

const KEY = 'key-that-nobody-may-see';

/** Iterable and its stand-in. Its limits of requests are off: the suite's clock stands still. */
export const openIterableBench: OpenToolBench = async ({ now }) => {
  const standIn = await startIterableStandIn({ key: KEY, now, limitsRates: false });
  const { users } = standIn;
  standIn.types.set('dunning_amount_due', 'double');
  // Whoever leaves dunning also has what is scheduled canceled.
  const settings = (apiKey: string) =>
    iterable.credentials({ apiKey, baseUrl: standIn.url, cancelCampaigns: 'email:101' });
  return {
    tool: iterable,
    standIn,
    settings: settings(KEY),
    badSettings: settings('key-of-another-project'),
    // Iterable makes whom it does not know.
    know: () => {},
    record: (id, parts = {}) => toolRecord(id, { at: instant(now()), ...parts }),
    heldOf: (id) => users.all.get(id)?.dataFields ?? null,
    eventsOf: (id) => [...users.events.values()].filter(({ userId }) => userId === id).map((event) => event.id),
  };
};
