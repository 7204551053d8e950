import { endpointsInUse } from './endpoints-in-use.ts';
import { type Found, ok, unknown, warning } from './finding.ts';
import type { Check, Gathered } from './gathered.ts';

/** The oldest of Stripe's shapes that the normaliser was written for. */
export const OLDEST_API_VERSION = '2018-01-01';
/** The newest that it was compared with: the one that the SDK in use pins. */
export const NEWEST_API_VERSION = '2026-10-28.endive';

const PINNED =
  'An endpoint keeps the version that it was made with: make a new one with a chosen version, put both signing secrets into STRIPE_WEBHOOK_SECRET, then delete the old one.';

const dayOf = (version: string): string => version.slice(0, 10);

const judge = (version: string, who: string): Found => {
  if (dayOf(version) < OLDEST_API_VERSION) {
    return warning(`${who} in API version ${version}, older than any shape that Recoup was tried with.`, PINNED);
  }
  if (dayOf(version) > dayOf(NEWEST_API_VERSION)) {
    return warning(
      `${who} in API version ${version}, newer than this release knows (${NEWEST_API_VERSION}).`,
      'Look for a newer release of Recoup; until then watch `npm run recoup -- dead-letters list`.',
    );
  }
  return ok(`${who} in API version ${version}.`);
};

const seenIn = ({ store }: Gathered): readonly string[] =>
  store.read ? Object.keys(store.value.survey.apiVersions).filter((version) => version !== '') : [];

const floating = (id: string, seen: readonly string[]): Found =>
  warning(
    `Endpoint ${id} names no API version: it sends in the account's default.`,
    `Whoever upgrades the account changes the shape of what comes in, that day. ${PINNED}`,
    seen.length === 0 ? [] : [`the newest webhooks came in ${seen.join(', ')}`],
  );

/** In which shape of Stripe's objects webhooks come. */
export const checkApiVersion: Check = {
  name: 'api-version',
  find: (gathered) => {
    const endpoints = endpointsInUse(gathered);
    const seen = seenIn(gathered);
    if (endpoints === null || endpoints.length === 0) {
      if (seen.length > 0) return seen.map((version) => judge(version, 'The newest webhooks came'));
      return [
        unknown(
          'The API version of the webhooks is not known: none has come in, and no endpoint at Stripe tells it.',
          null,
        ),
      ];
    }
    return endpoints.map(({ id, apiVersion }) =>
      apiVersion === null ? floating(id, seen) : judge(apiVersion, `Endpoint ${id} sends`),
    );
  },
};
