import { defineTool } from '../../src/destination-kit/define-tool.ts';
import { toAnswer } from './answer.ts';
import { checkCredentials } from './check-credentials.ts';
import { definition } from './definition.ts';
import { readBack } from './read-back.ts';
import { recordedAnswer } from './recorded-answer.ts';
import { applySetUp, planSetUp } from './set-up.ts';
import { toHeld } from './values.ts';

/** Dunning status for agents in Zendesk Support. */
export const zendesk = defineTool({
  key: 'zendesk',
  vendor: 'zendesk',
  subject: 'contact',
  segmentNames: ['Zendesk'],
  definition,
  action: 'updateUsers',
  // A call is a look-up for all, an update for each and, for whom Zendesk knows by address alone, one more: 189 requests a
  // minute at most, of the 200 that the smallest plan allows.
  limits: { objects: 10, bytes: 1_000_000, callsPerSecond: 0.15 },
  objectsOf: () => 1,
  // There are no events.
  resendsUnknownEvents: true,
  credentials: ({ baseUrl = '', email = '', apiToken = '' }) => ({ base_url: baseUrl, email, api_token: apiToken }),
  toAnswer,
  recorder: {
    credentials: { baseUrl: 'https://zendesk.invalid', email: 'recorder@zendesk.invalid', apiToken: 'recorder' },
    answer: recordedAnswer,
  },
  setUp: { plan: planSetUp, apply: applySetUp },
  checkCredentials,
  toHeld,
  readBack,
  eraseByHand: 'in Zendesk, delete the users with these external ids, then delete them permanently',
});
