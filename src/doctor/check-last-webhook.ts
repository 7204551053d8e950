import { DAY_MS, type Instant } from '../domain/instant.ts';
import { ago, counted } from '../domain/words.ts';
import { ok, warning } from './finding.ts';
import type { Check } from './gathered.ts';

/** Any business with subscriptions hears of one in this time. */
const QUIET_MS = 3 * DAY_MS;

/** Does anything come in. */
export const checkLastWebhook: Check = {
  name: 'last-webhook',
  find: ({ store, now }) => {
    if (!store.read) return [];
    const newest = store.value.survey.heard.reduce<Instant | null>(
      (latest, { newestAt }) => (latest === null || newestAt > latest ? newestAt : latest),
      null,
    );
    const mend =
      'Is the relay reachable from Stripe, and the endpoint right? Workbench > Webhooks > the endpoint shows what Stripe tried; `npm run recoup -- trigger renewal-failed` tries it from here.';
    if (newest === null) return [warning('No webhook has come in yet.', mend)];
    if (now - newest > QUIET_MS) return [warning(`The last webhook came ${ago(newest, now)}.`, mend)];
    const { missed } = store.value.api;
    const fetched =
      missed === 0
        ? ''
        : `; ${counted(missed, 'event')} that never arrived ${missed === 1 ? 'was' : 'were'} fetched from Stripe`;
    return [ok(`The last webhook came ${ago(newest, now)}${fetched}.`)];
  },
};
