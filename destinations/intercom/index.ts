import { pickAgentAttributes } from '../../src/destination-kit/agent-status.ts';
import { defineTool } from '../../src/destination-kit/define-tool.ts';
import { toAnswer } from './answer.ts';
import { checkCredentials } from './check-credentials.ts';
import { definition } from './definition.ts';
import { FILTERS_PER_SEARCH } from './find-contacts.ts';
import { readBack } from './read-back.ts';
import { recordedAnswer } from './recorded-answer.ts';
import { applySetUp, planSetUp } from './set-up.ts';

/** Dunning status for agents in Intercom. */
export const intercom = defineTool({
  key: 'intercom',
  vendor: 'intercom',
  subject: 'contact',
  segmentNames: ['Intercom', 'Intercom Cloud Mode (Actions)', 'Intercom Web (Actions)'],
  definition,
  action: 'updateContacts',
  // A call is one or two searches and an update for each contact: a fifth of the 10,000 requests a minute of an app.
  limits: { objects: FILTERS_PER_SEARCH, bytes: 1_000_000, callsPerSecond: 2 },
  objectsOf: () => 1,
  // There are no events.
  resendsUnknownEvents: true,
  credentials: ({ accessToken = '', baseUrl = '' }) => ({ access_token: accessToken, base_url: baseUrl }),
  toAnswer,
  recorder: {
    credentials: { accessToken: 'recorder', baseUrl: 'https://intercom.invalid' },
    answer: recordedAnswer,
  },
  setUp: { plan: planSetUp, apply: applySetUp },
  checkCredentials,
  toHeld: pickAgentAttributes,
  readBack,
  eraseByHand: 'in Intercom, delete the contacts with these external ids',
});
