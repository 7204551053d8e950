import { z } from 'zod';
import { defineTool, type RecordedRequest } from '../../src/destination-kit/define-tool.ts';
import { withoutLongTexts } from '../../src/destination-kit/without-long-texts.ts';
import { toAnswer } from './answer.ts';
import { checkCredentials } from './credentials.ts';
import { definition } from './definition.ts';
import { erase } from './erase.ts';
import { isTooLong } from './field-values.ts';
import { inspect } from './inspect.ts';
import { openSession } from './open-session.ts';
import { readBack } from './read-back.ts';
import { apply, plan } from './set-up.ts';
import { MAX_BYTES } from './sync.ts';

const recorded = z.object({ users: z.array(z.unknown()).default([]), events: z.array(z.unknown()).default([]) });

/** Takes everything, as Iterable says it. */
const takeAll = ({ url, body }: RecordedRequest) => {
  if (url.endsWith('/cancel')) return { status: 200, body: { code: 'Success', msg: '', params: null } };
  const { users, events } = recorded.parse(JSON.parse(body));
  return { status: 200, body: { successCount: users.length + events.length, failCount: 0, failedUpdates: {} } };
};

/** Iterable, by `POST /api/users/bulkUpdate`, then `POST /api/events/trackBulk`, then `POST /api/<channel>/cancel`. */
export const iterable = defineTool({
  key: 'iterable',
  vendor: 'iterable',
  subject: 'person',
  // Cloud mode by its present name, and the classic one.
  segmentNames: ['Iterable (Actions)', 'Iterable'],
  definition,
  action: 'syncDunningState',
  // A record is at most one request of each kind: 5 a second are allowed for users, 10 for events, all senders together.
  limits: { objects: 1_000, bytes: MAX_BYTES, callsPerSecond: 5 },
  // Of users or of events, whichever are more: each request holds one kind.
  objectsOf: ({ attributes, events }) => Math.max(Object.keys(attributes).length > 0 ? 1 : 0, events.length),
  // Iterable replaces the event that it has under the same id.
  resendsUnknownEvents: true,
  credentials: ({ apiKey = '', baseUrl = '', cancelCampaigns = '' }) => ({
    api_key: apiKey,
    base_url: baseUrl,
    cancel_campaigns: cancelCampaigns,
  }),
  toAnswer,
  recorder: {
    credentials: { apiKey: 'recorder', baseUrl: 'https://api.iterable.invalid' },
    answer: takeAll,
  },
  // A first value fixes a field's type: none is sent before the set-up.
  openSession,
  setUp: { plan, apply },
  inspect,
  checkCredentials,
  readBack,
  toHeld: (desired) => withoutLongTexts(desired, isTooLong),
  // Each is a request of its own: a quarter of the 100 a second that are allowed.
  readBackLimits: { ids: 25, questionsPerSecond: 1 },
  erase,
  eraseByHand: 'in Iterable, delete the users with these user ids',
});
