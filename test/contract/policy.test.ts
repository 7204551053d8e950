import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/config/policy.ts';
import { POLICY_RULES } from '../../src/config/policy-schema.ts';
import { DAY_MS, HOUR_MS } from '../../src/domain/instant.ts';

const accepted = (text: string) => {
  const result = parsePolicy(text);
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.value;
};
const errorsOf = (text: string): readonly string[] => {
  const result = parsePolicy(text);
  return result.ok ? [] : result.errors;
};

describe('policy.yaml', () => {
  it('lists enterprise and pro as high-value plans as checked in, and leaves the rest at the defaults', () => {
    const checkedIn = accepted(readFileSync(new URL('../../policy.yaml', import.meta.url), 'utf8'));
    expect(checkedIn.plans.highValue).toEqual(['enterprise', 'pro']);
    expect({ ...checkedIn, plans: accepted('').plans }).toEqual(accepted(''));
  });

  it.each(['', '# nothing but a comment\n', '{}', 'plans:\nstripe:\n'])(
    'means the defaults where %j says nothing',
    (text) => {
      expect(accepted(text)).toEqual({
        plans: { highValue: [], ids: {} },
        userIdKeys: ['user_id'],
        contactKeys: ['contact_user_ids'],
        emailAlias: false,
        noRetryAfterMs: HOUR_MS,
        chargeWebhooks: 'subscribed',
        updatePaymentUrl: null,
        sendUndisclosedCodes: false,
        directTools: [],
        braze: { batchObjects: 75, updateExistingOnly: false },
        iterable: { cancelCampaigns: [] },
        recorded: ['braze', 'iterable', 'hubspot', 'salesforce', 'slack'],
        hubspot: {
          createMissing: true,
          contactIdProperty: 'recoup_user_id',
          companyIdProperty: 'recoup_account_id',
          suppressionList: null,
          unenrolWorkflows: [],
        },
        salesforce: {
          createMissing: false,
          contactIdField: 'Recoup_User_Id__c',
          accountIdField: 'Recoup_Account_Id__c',
        },
        handOff: {
          in: ['hubspot', 'salesforce'],
          highValueAtEntry: true,
          afterMs: 7 * DAY_MS,
          dueInMs: DAY_MS,
          owners: { hubspot: null, salesforce: null },
        },
        stripe: {
          smartRetries: 'undeclared',
          dunningEmails: 'undeclared',
          requestsPerSecond: 20,
          reconcileEveryMs: 300_000,
        },
        brakes: { entriesPerDay: 3, shareAtOnce: 0.1, withinMs: HOUR_MS, fromPeople: 500 },
        grace: { lastsMs: 7 * DAY_MS, floorMs: 3 * DAY_MS },
        verify: { samplePerHour: 60 },
        retention: { deliveriesDays: 400, outboxDays: 30, logDays: 400 },
      });
    },
  );

  it.each([
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h', HOUR_MS],
    ['30d', 30 * DAY_MS],
  ])('reads the duration %s', (written, ms) => {
    expect(accepted(`no_retry_after: ${written}`).noRetryAfterMs).toBe(ms);
  });

  it.each(['0h', '1.5h', '-1h', '1 h', '1w', '3600', 'PT1H', '99999d', 'null'])(
    'refuses the duration %s',
    (written) => {
      expect(errorsOf(`no_retry_after: ${written}`)).toEqual([
        'policy.yaml:1:17: no_retry_after: expected a duration: a whole number above 0 with s, m, h or d. Example: no_retry_after: 1h',
      ]);
    },
  );

  it('tells every mistake at its own line and column, in the order of the file', () => {
    const text = [
      'plans:',
      '  high_valu: [pro]',
      '  ids:',
      '    price_1: 7',
      'retention:',
      '    log: 36h',
      'stripe: yes',
    ];
    expect(errorsOf(text.join('\n')).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'policy.yaml:2:3: plans.high_valu:',
      'policy.yaml:4:14: plans.ids.price_1:',
      'policy.yaml:6:10: retention.log:',
      'policy.yaml:7:9: stripe:',
    ]);
  });

  it('points at the wrong item of a list, not at the list', () => {
    const [error] = errorsOf('plans:\n  high_value:\n    - pro\n    - two words\n');
    expect(error).toMatch(
      /^policy\.yaml:4:7: plans\.high_value\.1: expected .*Example: high_value: \[enterprise, pro\]$/,
    );
  });

  it('suggests the nearest setting for an unknown one, at every level', () => {
    expect(errorsOf('no_retry_afer: 1h')[0]).toContain(
      'policy.yaml:1:1: no_retry_afer: unknown setting; did you mean no_retry_after?',
    );
    expect(errorsOf('brake: {}')[0]).toContain('did you mean brakes?');
    expect(errorsOf('stripe:\n  charge_webhook: absent')[0]).toContain('did you mean charge_webhooks?');
    expect(errorsOf('segment:\n  zzz: 1')[0]).toContain('expected one of send_undisclosed_codes, direct_tools');
  });

  it('tells broken YAML, a key given twice and an alias at their places', () => {
    expect(errorsOf('plans: [')[0]).toMatch(/^policy\.yaml:1:9: not valid here: /);
    expect(errorsOf('no_retry_after: 1h\nno_retry_after: 2h')[0]).toMatch(/^policy\.yaml:2:1: .*unique/);
    expect(errorsOf('plans: &p {}\nstripe: *p')[0]).toMatch(/^policy\.yaml:2:9: .*aliases/);
  });

  it.each([
    'https://x.example/{acount_id}',
    'http://x.example/{user_id}',
    'x.example',
    'https://x.example/{user_id',
    'javascript:alert(1)',
  ])('refuses the link template %s', (url) => {
    expect(errorsOf(`update_payment_url: ${JSON.stringify(url)}`)).toHaveLength(1);
  });

  it('takes a link template with every place that can be filled in', () => {
    const url = 'https://x.example/{account_id}/{subscription_id}?i={invoice_id}&u={user_id}';
    expect(accepted(`update_payment_url: "${url}"`).updatePaymentUrl).toBe(url);
  });

  it.each(['61234567', '0055000000123456', '1e5', '[a]', "'two words'"])(
    'refuses the owner %s: a bare number may lose digits, and the tasks would reach nobody',
    (id) => {
      expect(errorsOf(`hand_off:\n  owners:\n    hubspot: ${id}`)).toEqual([
        "policy.yaml:3:14: hand_off.owners.hubspot: expected the id of an owner in HubSpot, in quotes (a bare number may lose digits), or null. Example: owners: { hubspot: '61234567' }",
      ]);
    },
  );

  it('takes owners in quotes, also of one tool alone', () => {
    const { handOff } = accepted("hand_off:\n  owners: { salesforce: '0055f000003xYzA' }");
    expect(handOff.owners).toEqual({ hubspot: null, salesforce: '0055f000003xYzA' });
  });

  it.each([
    ['recorded: [hubspots]', 'recorded.0: expected a list of braze, iterable,'],
    ['hubspot:\n  contact_id_property: Recoup Id', 'hubspot.contact_id_property: expected the internal name'],
    ['salesforce:\n  account_id_field: Recoup_Id', 'salesforce.account_id_field: expected the API name'],
    ['hand_off:\n  in: [zendesk]', 'hand_off.in.0: expected a list of hubspot and salesforce'],
    ['brakes:\n  share_at_once: 10', 'brakes.share_at_once: expected a share above 0'],
    ['brakes:\n  within: 2d', 'brakes.within: expected a duration from 1m to 1d'],
    ['grace:\n  floor: null', 'grace.floor: expected a duration'],
    ['hand_off:\n  due_in: null', 'hand_off.due_in: expected a duration'],
    ['hand_off:\n  owners:\n    hubspt: null', 'hand_off.owners.hubspt: unknown setting; did you mean hubspot?'],
  ])('refuses %j and says what is expected', (text, says) => {
    expect(errorsOf(text)).toEqual([expect.stringContaining(says)]);
  });

  it('keeps prototype keys out: they are unknown settings or ordinary ids, never something of the language', () => {
    expect(errorsOf('__proto__: { polluted: true }')[0]).toContain('unknown setting');
    expect(errorsOf('constructor: 1')[0]).toContain('unknown setting');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('shows examples that it would accept itself', () => {
    for (const [path, { example }] of Object.entries(POLICY_RULES)) {
      const [section, key] = path.split('.');
      expect(errorsOf(key === undefined ? example : `${section}:\n  ${example}`), path).toEqual([]);
    }
  });
});
