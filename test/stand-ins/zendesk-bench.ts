import { zendesk } from '../../destinations/zendesk/index.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';
import { instant } from '../../src/domain/instant.ts';
import { contactRecord, toRecoupNames } from '../../src/simulate/vendors/agent-record.ts';
import type { ToolBench } from '../../src/simulate/vendors/tool-stand-in.ts';
import { startZendeskStandIn, type ZendeskStandIn } from '../../src/simulate/vendors/zendesk/server.ts';

const EMAIL = 'agent@example.com';
const TOKEN = 'zendesk-token-of-the-bench';

export interface ZendeskBench extends ToolBench {
  readonly standIn: ZendeskStandIn;
}

const toBench = (standIn: ZendeskStandIn, now: () => number): ZendeskBench => {
  const settingsOf = (apiToken: string) => zendesk.credentials({ baseUrl: standIn.url, email: EMAIL, apiToken });
  return {
    tool: zendesk,
    standIn,
    settings: settingsOf(TOKEN),
    badSettings: settingsOf('a token of nobody'),
    know: (ids) => {
      for (const external_id of ids) standIn.addUser({ external_id, email: `${external_id}@example.com` });
    },
    record: (id, parts) => contactRecord(id, instant(now()), parts),
    heldOf: (id) => {
      const user = standIn.users.find(({ external_id }) => external_id === id);
      return user === undefined ? null : toRecoupNames(user.user_fields);
    },
    eventsOf: () => [],
  };
};

/** Zendesk without any user field, as a new account is. */
export const openBareZendeskBench = async ({ now }: { readonly now: () => number }): Promise<ZendeskBench> =>
  toBench(await startZendeskStandIn({ email: EMAIL, apiToken: TOKEN, now }), now);

/** Zendesk with its fields set up, as the shared contract suite drives it. */
export const openZendeskBench = async ({ now }: { readonly now: () => number }): Promise<ZendeskBench> => {
  const bench = await openBareZendeskBench({ now });
  const { setUp } = zendesk;
  if (setUp === undefined) throw new Error('Zendesk has no set-up');
  const { missing } = await setUp.plan(bench.settings, fieldsOf('contact', []), 5_000);
  for (const step of missing) await setUp.apply(bench.settings, step, 5_000);
  return bench;
};
