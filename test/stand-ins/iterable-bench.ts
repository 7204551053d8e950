import { iterable } from '../../destinations/iterable/index.ts';
import { instant } from '../../src/domain/instant.ts';
import { toolRecord } from '../contract/tool-records.ts';
import { type IterableOptions, startIterableStandIn } from './iterable.ts';
import type { OpenToolBench } from './tool-stand-in.ts';

const KEY = 'key-that-nobody-may-see';

/** Iterable and its stand-in. Its limits of requests are off: the suite's clock stands still. */
export const openIterableBench: OpenToolBench = async ({ now }) => openWith({ now, limitsRates: false });

const openWith = async (options: Omit<IterableOptions, 'key'>) => {
  const standIn = await startIterableStandIn({ ...options, key: KEY });
  const settings = (apiKey: string) => iterable.credentials({ apiKey, baseUrl: standIn.url });
  const at = () => instant(options.now?.() ?? 0);
  return {
    tool: iterable,
    standIn,
    settings: settings(KEY),
    badSettings: settings('key-of-another-project'),
    // Iterable makes whom it does not know.
    know: () => {},
    record: (id: string, parts = {}) => toolRecord(id, { at: at(), ...parts }),
    heldOf: (id: string) => standIn.users.all.get(id)?.dataFields ?? null,
    eventsOf: (id: string) =>
      [...standIn.users.events.values()].filter(({ userId }) => userId === id).map((event) => event.id),
  };
};
