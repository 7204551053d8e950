import { defineTool } from '../../src/destination-kit/define-tool.ts';
import { toAnswer } from './answer.ts';
import { definition } from './definition.ts';
import { parseSecret } from './settings.ts';

const NO_SECRET = 'the secret is not whsec_ and 24 to 64 bytes in base64';

/** A receiver of your own, by Standard Webhooks. */
export const webhook = defineTool({
  key: 'webhook',
  vendor: 'webhook',
  subject: 'stream',
  // Segment's own webhooks carry other bodies and another signature: nobody can take one for the other.
  segmentNames: [],
  definition,
  action: 'sendEvents',
  // One account a call: its events are one request each, and the engine waits for each call to end.
  limits: { objects: 1, bytes: 1_000_000, callsPerSecond: 50 },
  objectsOf: () => 1,
  // Receivers deduplicate by `webhook-id`.
  resendsUnknownEvents: true,
  credentials: ({ url = '', secret = '' }) => ({ url, secret }),
  toAnswer,
  eraseByHand: 'have whoever receives the events delete those with these account ids',
  recorder: {
    credentials: { url: 'https://webhook.invalid/dunning', secret: `whsec_${Buffer.alloc(24).toString('base64')}` },
    answer: () => ({ status: 200, body: {} }),
  },
  // Looks at the secret before anything is signed with it.
  openSession: async (settings) =>
    parseSecret(settings.secret) === null
      ? { ok: false, answer: { answer: 'stopped', reason: NO_SECRET } }
      : { ok: true, settings },
  // The receiver is not asked: it has no request that is not an event.
  checkCredentials: async ({ secret }) =>
    parseSecret(secret) === null ? { ok: false, reason: NO_SECRET } : { ok: true, unasked: true },
});
