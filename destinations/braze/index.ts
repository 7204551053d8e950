import { defineTool } from '../../src/destination-kit/define-tool.ts';
import { toAnswer } from './answer.ts';
import { checkCredentials } from './credentials.ts';
import { definition } from './definition.ts';
import { erase } from './erase.ts';
import { IDS_PER_CALL, readBack, toHeld } from './read-back.ts';

/** Braze, by `POST /users/track`. */
export const braze = defineTool({
  key: 'braze',
  vendor: 'braze',
  subject: 'person',
  // Cloud mode by its present name, and the classic one by both of its names.
  segmentNames: ['Braze Cloud Mode (Actions)', 'Braze', 'Appboy'],
  definition,
  action: 'syncDunningState',
  limits: {
    // In all arrays together; bodies of 4 MB. Contracts differ, 3,000 calls in 3 s is the base: a tenth is asked for.
    objects: 75,
    bytes: 4_000_000,
    callsPerSecond: 100,
  },
  objectsOf: ({ attributes, events }) => (Object.keys(attributes).length > 0 ? 1 : 0) + events.length,
  // Braze keeps every event that it is sent. Its recipe lets a person enter a Canvas once in an episode.
  resendsUnknownEvents: true,
  credentials: ({ apiKey = '', endpoint = '', updateExistingOnly = '' }) => ({
    api_key: apiKey,
    endpoint,
    update_existing_only: updateExistingOnly === 'true',
  }),
  toAnswer,
  recorder: {
    credentials: { apiKey: 'recorder', endpoint: 'https://rest.braze.invalid' },
    answer: () => ({ status: 201, body: { message: 'success' } }),
  },
  checkCredentials,
  readBack,
  toHeld,
  // Half of the 250 calls a minute that a workspace has, all askers together.
  readBackLimits: { ids: IDS_PER_CALL, questionsPerSecond: 2 },
  erase,
  eraseByHand: 'in Braze, delete the users with these external ids',
});
