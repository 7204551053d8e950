import { readFileSync } from 'node:fs';
import { inspect, parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toAnnouncement, toAnnouncementJson } from '../../src/config/announcement.ts';
import { parseEnvironment, VARIABLES } from '../../src/config/environment.ts';
import { addressOf, requiredOf, TOOL_VENDORS, toOpenAccess } from '../../src/config/tool-access.ts';

const SIGNING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A value of each variable that a tool needs. */
const GOOD: Readonly<Record<string, string>> = {
  BRAZE_API_KEY: 'secret-b',
  BRAZE_REST_ENDPOINT: 'https://rest.iad-01.braze.com',
  ITERABLE_API_KEY: 'secret-i',
  HUBSPOT_ACCESS_TOKEN: 'secret-h',
  SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com/',
  SALESFORCE_CLIENT_ID: 'secret-id',
  SALESFORCE_CLIENT_SECRET: 'secret-s',
  SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T0/B0/secret',
  OUTBOUND_WEBHOOK_URL: 'https://example.com/hooks?key=secret',
  OUTBOUND_WEBHOOK_SECRET: SIGNING_SECRET,
  ZENDESK_BASE_URL: 'https://acme.zendesk.com',
  ZENDESK_EMAIL: 'secret@acme.example',
  ZENDESK_API_TOKEN: 'secret-z',
  INTERCOM_ACCESS_TOKEN: 'secret-c',
};

/** The same as each vendor's tools take them. */
const CREDENTIALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  braze: { apiKey: 'secret-b', endpoint: 'https://rest.iad-01.braze.com' },
  iterable: { apiKey: 'secret-i', baseUrl: 'https://api.iterable.com' },
  hubspot: { accessToken: 'secret-h', baseUrl: 'https://api.hubapi.com' },
  salesforce: { loginUrl: 'https://acme.my.salesforce.com', clientId: 'secret-id', clientSecret: 'secret-s' },
  slack: { webhookUrl: 'https://hooks.slack.com/services/T0/B0/secret' },
  webhook: { url: 'https://example.com/hooks?key=secret', secret: SIGNING_SECRET },
  zendesk: { baseUrl: 'https://acme.zendesk.com', email: 'secret@acme.example', apiToken: 'secret-z' },
  intercom: { accessToken: 'secret-c', baseUrl: 'https://api.intercom.io' },
};

const announced = (vars: Record<string, string>, recorded: readonly string[] = []) => {
  const told = {
    environment: accepted(vars),
    url: 'http://127.0.0.1:8484',
    policyFile: 'policy.yaml',
    policy: { recorded },
    stripeEvents: ['charge.failed'],
  };
  return { lines: toAnnouncement(told), json: toAnnouncementJson(told) };
};

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
      tools: {},
      stripeWebhookSecrets: [],
      recoveryToolSecrets: { churnkey: [], 'churn-buster': [] },
      stripeApi: null,
      segmentPublicApi: null,
      apiToken: null,
      guardToken: null,
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
    ['ITERABLE_BASE_URL', 'https://api.iterable.com/api'],
    ['HUBSPOT_ACCESS_TOKEN', 'schlüssel'],
    ['SALESFORCE_LOGIN_URL', 'http://acme.my.salesforce.com'],
    ['SALESFORCE_LOGIN_URL', 'https://login.salesforce.com'],
    ['SALESFORCE_LOGIN_URL', 'https://Test.salesforce.com/'],
    ['SLACK_WEBHOOK_URL', 'https://hooks.slack.com'],
    ['SLACK_WEBHOOK_URL', 'http://hooks.slack.com/services/T/B/x'],
    ['OUTBOUND_WEBHOOK_URL', 'http://example.com/hooks'],
    ['OUTBOUND_WEBHOOK_URL', 'https://user:hunter2@example.com/hooks'],
    ['OUTBOUND_WEBHOOK_SECRET', 'hunter2hunter2hunter2hunter2hunter2'],
    ['OUTBOUND_WEBHOOK_SECRET', `whsec_${Buffer.alloc(23, 1).toString('base64')}`],
    ['OUTBOUND_WEBHOOK_SECRET', `whsec_${Buffer.alloc(65, 1).toString('base64')}`],
    ['OUTBOUND_WEBHOOK_SECRET', `whsec_${Buffer.alloc(33, 1).toString('base64')}A`],
    ['ZENDESK_EMAIL', 'agent'],
    ['INTERCOM_ACCESS_TOKEN', 'two words'],
    ['STRIPE_WEBHOOK_SECRET', 'sk_live_hunter2hunter2'],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_good,'],
    ['STRIPE_WEBHOOK_SECRET', 'whsec_good,,whsec_other'],
    ['CHURNKEY_WEBHOOK_SECRET', 'hunter2'],
    ['CHURNKEY_WEBHOOK_SECRET', 'hunter2hunter2,'],
    ['CHURN_BUSTER_WEBHOOK_SECRET', 'hunter2hunter2hunter2'],
    ['CHURN_BUSTER_WEBHOOK_SECRET', 'hunter2hunter2hunter2/hunter2'],
    ['API_TOKEN', 'hunter2hunter2'],
    ['GUARD_TOKEN', 'hunter2hunter2'],
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
      const vendor = TOOL_VENDORS.find((each) => requiredOf(each).some((required) => required === name));
      const besides = Object.fromEntries(
        vendor === undefined ? [] : requiredOf(vendor).map((each) => [each, GOOD[each]]),
      );
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
    expect(accepted({ BRAZE_API_KEY: 'k', BRAZE_REST_ENDPOINT }).tools.braze?.endpoint).toBe(
      'https://rest.fra-01.braze.eu',
    );
  });

  it.each(TOOL_VENDORS)('turns $name on with all that it needs, under the names that its tools read', (vendor) => {
    const required = Object.fromEntries(requiredOf(vendor).map((name) => [name, GOOD[name] as string]));
    const { tools } = accepted(required);
    expect(Object.keys(tools)).toEqual([vendor.vendor]);
    expect(toOpenAccess(tools)[vendor.vendor]).toEqual(CREDENTIALS[vendor.vendor]);
    expect(addressOf(tools[vendor.vendor] ?? {})).toMatch(/^https:\/\/[a-z0-9.-]+$/);
  });

  it.each(TOOL_VENDORS.filter((vendor) => requiredOf(vendor).length > 1))(
    'refuses $name half set, whichever variable is missing: a tool that everybody believes is on would hear nothing',
    (vendor) => {
      for (const missing of requiredOf(vendor)) {
        const rest = requiredOf(vendor).filter((name) => name !== missing);
        const error = errorOf(Object.fromEntries(rest.map((name) => [name, GOOD[name] as string])));
        expect(error).toMatch(new RegExp(`^${missing}: expected .*, and it must be set with ${rest.join(' and ')}`));
      }
    },
  );

  it.each(['ITERABLE_BASE_URL', 'HUBSPOT_BASE_URL', 'INTERCOM_BASE_URL'])(
    'turns nothing on by %s alone, as a copied .env file sets it',
    (name) => {
      expect(accepted({ [name]: 'https://eu.example.com' }).tools).toEqual({});
    },
  );

  it('demands a write key where calls are to leave: what a recorder takes instead is never sent later', () => {
    const error = errorOf({ MODE: 'enforce', NAMESPACE: 'acme-eu-1' });
    expect(error).toMatch(/^SEGMENT_WRITE_KEY: .*MODE=enforce.*MODE=observe/);
    expect(errorOf({ MODE: 'observe', NAMESPACE: 'acme-eu-1' })).toBe('accepted');
  });

  it.each(['0.0.0.0', '::', '10.0.0.4', 'relay.internal', '128.0.0.1'])(
    'refuses to open the door on %s while no token guards what only operators may see',
    (host) => {
      expect(errorOf({ HOST: host }), 'all that is missing, at once').toMatch(
        /^API_TOKEN, GUARD_TOKEN: .*HOST is not loopback.* API_TOKEN=.* GUARD_TOKEN=/,
      );
      expect(errorOf({ HOST: host, GUARD_TOKEN: 'b'.repeat(32) })).toMatch(/^API_TOKEN: .*HOST is not loopback/);
      expect(errorOf({ HOST: host, API_TOKEN: 'a'.repeat(32) })).toMatch(/^GUARD_TOKEN: .*HOST is not loopback/);
      expect(accepted({ HOST: host, API_TOKEN: 'a'.repeat(32), GUARD_TOKEN: 'b'.repeat(32) }).host).toBe(host);
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
      CHURNKEY_WEBHOOK_SECRET: 'canary-canary',
      CHURN_BUSTER_WEBHOOK_SECRET: 'canary-canary-canary-canary',
      SEGMENT_WRITE_KEY: 'canary-key',
      API_TOKEN: 'canary-canary-canary-canary',
      GUARD_TOKEN: 'canary-canary-canary-canary',
      ...Object.fromEntries(Object.entries(GOOD).map(([name, value]) => [name, value.replace('secret', 'canary')])),
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

describe('what a relay says when it has started', () => {
  const ENFORCED = { MODE: 'enforce', NAMESPACE: 'acme', SEGMENT_WRITE_KEY: 'secret-w' };

  it('names every tool that is written to and its address in the first line, and no secret anywhere', () => {
    const { lines, json } = announced({ ...ENFORCED, ...GOOD });
    for (const { name } of TOOL_VENDORS) expect(lines[0]).toContain(`${name} at https://`);
    expect(lines[0]).toContain('Slack at https://hooks.slack.com,');
    expect(Object.keys(json.tools)).toEqual(TOOL_VENDORS.map(({ vendor }) => vendor));
    expect(json.tools.webhook).toBe('https://example.com');
    const said = [...lines, JSON.stringify(json)].join('\n');
    expect(said).not.toMatch(/secret-|\/secret|=secret|secret@/);
    expect(said).not.toContain(SIGNING_SECRET);
  });

  it('names no tool as written to while it observes', () => {
    const { lines, json } = announced(GOOD);
    expect(lines[0]).toMatch(/^Recoup OBSERVES: .* none leaves/);
    expect(json.tools).toEqual({});
    const { lines: some } = announced({ INTERCOM_ACCESS_TOKEN: 'k' }, ['braze']);
    expect(some).toContainEqual(expect.stringMatching(/records {2}every call to Segment, Braze and Intercom; see/));
  });

  it('says which tools are recorded, and which variables turn each one on', () => {
    const { lines } = announced({ ...ENFORCED, ITERABLE_API_KEY: 'k' }, ['iterable', 'hubspot']);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}records {2}what would be told to HubSpot$/));
    expect(lines).toContainEqual(
      expect.stringMatching(
        /off .*Salesforce: set SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET/,
      ),
    );
    expect(lines.join('\n')).not.toMatch(/set ITERABLE_API_KEY/);
  });
});
