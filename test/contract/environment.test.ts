import { readFileSync } from 'node:fs';
import { inspect, parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseEnvironment, VARIABLES } from '../../src/config/environment.ts';

const accepted = (vars: Record<string, string | undefined>) => {
  const result = parseEnvironment(vars);
  if (!result.ok) throw new Error(result.error);
  return result.value;
};
const errorOf = (vars: Record<string, string | undefined>): string => {
  const result = parseEnvironment(vars);
  return result.ok ? 'accepted' : result.error;
};

describe('the environment', () => {
  it('starts with nothing set: observing, on loopback, on SQLite, with every provider and Segment off', () => {
    expect(accepted({})).toEqual({
      port: 8484,
      host: '127.0.0.1',
      databaseUrl: 'sqlite:data/recoup.db',
      mode: 'observe',
      namespace: 'dev',
      deliverTestMode: false,
      segmentWriteKey: null,
      segmentHost: 'https://api.segment.io',
      braze: null,
      stripeWebhookSecrets: [],
      stripeApi: null,
      segmentPublicApi: null,
      apiToken: null,
      logLevel: 'info',
    });
  });

  it('takes an empty value for an unset one, as a copied .env file leaves it', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']));
    expect(accepted(empty)).toEqual(accepted({}));
  });

  it('comes with an .env.example that names every variable and changes nothing', () => {
    const example = parseEnv(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8'));
    expect(Object.keys(example).toSorted()).toEqual(Object.keys(VARIABLES).toSorted());
    expect(accepted(example)).toEqual(accepted({}));
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['PORT', '0x50'],
    ['PORT', ' 80'],
    ['HOST', 'http://localhost'],
    ['HOST', 'a b'],
    ['DATABASE_URL', 'postgres://user:hunter2@db/recoup'],
    ['DATABASE_URL', 'sqlite:'],
    ['MODE', 'Enforce'],
    ['MODE', 'enforced'],
    ['NAMESPACE', 'Prod'],
    ['NAMESPACE', 'a_b'],
    ['NAMESPACE', 'x'.repeat(25)],
    ['DELIVER_TEST_MODE', '1'],
    ['SEGMENT_WRITE_KEY', 'two words'],
    ['SEGMENT_HOST', 'http://api.segment.io'],
    ['SEGMENT_HOST', 'api.segment.io'],
    ['SEGMENT_HOST', 'https://user:hunter2@api.segment.io'],
    ['BRAZE_API_KEY', 'two words'],
    ['BRAZE_REST_ENDPOINT', 'rest.iad-01.braze.com'],
    ['BRAZE_REST_ENDPOINT', 'http://rest.iad-01.braze.com'],
    ['BRAZE_REST_ENDPOINT', 'https://rest.iad-01.braze.com/users/track'],
    ['STRIPE_WEBHOOK_SECRET', 'sk_live_hunter2hunter2'],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_good,'],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_good,,whsec_other'],
    ['API_TOKEN', 'hunter2hunter2'],
    ['LOG_LEVEL', 'verbose'],
  ])('refuses %s=%s in one line that names the variable, what was expected and an example', (name, value) => {
    const error = errorOf({ [name]: value });
    expect(error).toMatch(new RegExp(`^${name}: expected .+\\. Example: ${name}=.+$`));
    expect(error).not.toContain('\n');
  });

  it('never repeats a wrong value, whichever variable it stands in: it may be a secret in the wrong place', () => {
    for (const name of Object.keys(VARIABLES)) {
      const error = errorOf({ [name]: '!sk_live canary hunter2!' });
      expect(error).not.toMatch(/canary|hunter2|sk_live/);
    }
  });

  it('shows examples that it would accept itself', () => {
    for (const [name, { example }] of Object.entries(VARIABLES)) {
      if (/[<"…]/.test(example)) continue;
      const besides = name === 'BRAZE_REST_ENDPOINT' ? { BRAZE_API_KEY: 'k' } : {};
      expect(errorOf({ ...besides, [name]: example })).toBe('accepted');
    }
  });

  it('demands a namespace before anything leaves, so that staging and production cannot collide in Segment', () => {
    expect(errorOf({ MODE: 'enforce' })).toMatch(/^NAMESPACE: .*MODE=enforce/);
    expect(accepted({ MODE: 'enforce', NAMESPACE: 'acme-eu-1', SEGMENT_WRITE_KEY: 'k' }).namespace).toBe('acme-eu-1');
  });

  it('takes a key of Braze and its instance together or not at all, with or without a slash at the end', () => {
    const BRAZE_REST_ENDPOINT = 'https://rest.fra-01.braze.eu/';
    expect(errorOf({ BRAZE_API_KEY: 'k' })).toMatch(/^BRAZE_REST_ENDPOINT: .*one instance only/);
    expect(errorOf({ BRAZE_REST_ENDPOINT })).toMatch(/^BRAZE_API_KEY: .*set with BRAZE_REST_ENDPOINT/);
    expect(accepted({ BRAZE_API_KEY: 'k', BRAZE_REST_ENDPOINT }).braze?.endpoint).toBe('https://rest.fra-01.braze.eu');
  });

  it('demands a write key where calls are to leave: what a recorder takes instead is never sent later', () => {
    const error = errorOf({ MODE: 'enforce', NAMESPACE: 'acme-eu-1' });
    expect(error).toMatch(/^SEGMENT_WRITE_KEY: .*MODE=enforce.*MODE=observe/);
    expect(errorOf({ MODE: 'observe', NAMESPACE: 'acme-eu-1' })).toBe('accepted');
  });

  it.each(['0.0.0.0', '::', '10.0.0.4', 'relay.internal', '128.0.0.1'])(
    'refuses to open the door on %s while no token guards what only operators may see',
    (host) => {
      expect(errorOf({ HOST: host })).toMatch(/^API_TOKEN: .*HOST is not loopback/);
      expect(accepted({ HOST: host, API_TOKEN: 'a'.repeat(32) }).host).toBe(host);
    },
  );

  it.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost'])('needs no token on %s', (host) => {
    expect(accepted({ HOST: host }).host).toBe(host);
  });

  it('takes several Stripe secrets, so that one can be rotated without losing a webhook', () => {
    const { stripeWebhookSecrets } = accepted({ STRIPE_WEBHOOK_SECRET: 'whsec_old, whsec_new' });
    expect(stripeWebhookSecrets.map((secret) => secret.reveal())).toEqual(['whsec_old', 'whsec_new']);
  });

  it('lets a stand-in on this machine take the place of Segment over plain http', () => {
    expect(accepted({ SEGMENT_HOST: 'http://127.0.0.1:9999/' }).segmentHost).toBe('http://127.0.0.1:9999');
  });

  it('cannot be printed with its secrets', () => {
    const environment = accepted({
      STRIPE_WEBHOOK_SECRET: 'whsec_canary',
      SEGMENT_WRITE_KEY: 'canary-key',
      API_TOKEN: 'canary-canary-canary-canary',
    });
    const printed = [
      inspect(environment, { depth: 9, showHidden: true }),
      JSON.stringify(environment),
      `${environment.segmentWriteKey}`,
      String(environment.stripeWebhookSecrets),
    ].join();
    expect(printed).not.toContain('canary');
    expect(printed).toContain('[redacted]');
  });
});
