import { intercom } from '../../destinations/intercom/index.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { instant } from '../../src/domain/instant.ts';
import { contactRecord, toRecoupNames } from '../../src/simulate/vendors/agent-record.ts';
import { type IntercomStandIn, startIntercomStandIn } from '../../src/simulate/vendors/intercom/server.ts';
import type { ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';

const TOKEN = 'intercom-token-of-the-bench';

export interface IntercomBench extends ToolBench {
  readonly standIn: IntercomStandIn;
}

const toBench = (standIn: IntercomStandIn, now: () => number): IntercomBench => {
  const settingsOf = (accessToken: string) => intercom.credentials({ accessToken, baseUrl: standIn.url });
  return {
    tool: intercom,
    standIn,
    settings: settingsOf(TOKEN),
    badSettings: settingsOf('a token of nobody'),
    know: (ids) => {
      for (const external_id of ids) standIn.addContact({ external_id, email: `${external_id}@example.com` });
    },
    record: (id, parts) => contactRecord(id, instant(now()), parts),
    heldOf: (id) => {
      const contact = standIn.contacts.find(({ external_id }) => external_id === id);
      return contact === undefined ? null : toRecoupNames(contact.custom_attributes);
    },
    eventsOf: () => [],
  };
};

/** Intercom without any data attribute, as a new workspace is. */
export const openBareIntercomBench = async ({ now }: { readonly now: () => number }): Promise<IntercomBench> =>
  toBench(await startIntercomStandIn({ accessToken: TOKEN, now }), now);

/** Intercom with its attributes set up, as the shared contract suite drives it. */
export const openIntercomBench = async ({ now }: { readonly now: () => number }): Promise<IntercomBench> => {
  const bench = await openBareIntercomBench({ now });
  const { setUp } = intercom;
  if (setUp === undefined) throw new Error('Intercom has no set-up');
  const { missing } = await setUp.plan(bench.settings, fieldsOf('contact', []), 5_000);
  for (const step of missing) await setUp.apply(bench.settings, step, 5_000);
  return bench;
};
