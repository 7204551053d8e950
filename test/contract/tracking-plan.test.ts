import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DeclineType, FAILURE_CATEGORIES, FAILURE_CLASSES } from '../../src/domain/decline.ts';
import {
  type AccountTraits,
  type PaymentFailedProperties,
  type PaymentRecoveredProperties,
  parseAccountTraits,
  parseEvent,
  parseUserTraits,
  type SubscriptionCanceledProperties,
  type TrackEvent,
  USER_TRAITS,
  type UserTraits,
} from '../../src/generated/tracking-plan.ts';
import type { ChurnType } from '../../src/ledger/churn.ts';
import type { RecoveredVia } from '../../src/ledger/recovered-via.ts';
import type { RetryStatus } from '../../src/ledger/retry.ts';
import type { DunningStatus, Stage } from '../../src/ledger/standing.ts';
import type { TraitValues } from '../../src/pipeline/ports.ts';
import { generateErrors } from '../../tools/generate-errors.ts';
import { generateProviders } from '../../tools/generate-providers.ts';
import { generateTrackingPlan } from '../../tools/generate-tracking-plan.ts';
import { PLAN_PATH, type PlanField, type PlanShape, readPlan } from '../../tools/plan/read-plan.ts';
import { findStale } from '../../tools/write-or-check.ts';

const plan = readPlan();
const text = readFileSync(PLAN_PATH, 'utf8');

const COMMON = [
  'dunning_episode_id',
  'provider',
  'account_id',
  'subscription_id',
  'invoice_id',
  'attempt_key',
  'plan_id',
  'amount',
  'amount_minor',
  'currency',
  'occurred_at',
  'is_late',
  'livemode',
];

const fieldOf = (shape: PlanShape | undefined, name: string): PlanField => {
  const found = shape?.fields.find((field) => field.name === name);
  if (!found) throw new Error(`No ${name} in ${shape?.name}`);
  return found;
};
const eventShape = (name: string): PlanShape | undefined => plan.events.find((event) => event.name === name);

/** A call made of the plan's first examples. */
const exampleOf = (shape: PlanShape): Readonly<Record<string, unknown>> =>
  Object.fromEntries(shape.fields.map((field) => [field.name, field.examples[0]]));

const parserOf = (shape: PlanShape): ((value: unknown) => ReturnType<typeof parseEvent>) => {
  if (shape === plan.userTraits) return parseUserTraits;
  if (shape === plan.accountTraits) return parseAccountTraits;
  return (value) => parseEvent(shape.name, value);
};
const shapes = [...plan.events, plan.userTraits, plan.accountTraits];

describe('the plan is a Segment Protocols tracking plan', () => {
  it('holds rules as the Public API takes them: whole-event draft-07 schemas, version 1, key for track only', () => {
    const { rules } = JSON.parse(text) as { rules: readonly Record<string, unknown>[] };
    for (const rule of rules) {
      expect(Object.keys(rule).filter((key) => key !== 'key')).toEqual(['type', 'version', 'jsonSchema']);
      expect(rule.version).toBe(1);
      expect('key' in rule).toBe(rule.type === 'TRACK');
      expect(rule.jsonSchema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
    }
    expect(rules.map((rule) => rule.key ?? rule.type)).toEqual([
      'payment_failed',
      'payment_retried',
      'payment_recovered',
      'dunning_exhausted',
      'subscription_canceled',
      'subscription_past_due',
      'payment_action_required',
      'payment_method_expiring',
      'payment_method_updated',
      'subscription_paused',
      'subscription_resumed',
      'payment_disputed',
      'payment_refunded',
      'Audience Entered',
      'Audience Exited',
      'IDENTIFY',
      'GROUP',
    ]);
  });

  it('requires every property of an event and no trait, as Segment asks', () => {
    const { rules } = JSON.parse(text) as { rules: readonly { type: string; jsonSchema: RuleSchema }[] };
    for (const { type, jsonSchema } of rules) {
      const part = jsonSchema.properties[type === 'TRACK' ? 'properties' : 'traits'];
      expect(part?.required ?? []).toEqual(type === 'TRACK' ? Object.keys(part?.properties ?? {}) : []);
    }
  });

  it('uses snake_case names only', () => {
    const names = shapes.flatMap((shape) => [shape.name, ...shape.fields.map((field) => field.name)]);
    expect(names.filter((name) => !/^[a-z]+(_[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  it('gives every event the same common properties first', () => {
    for (const event of plan.events)
      expect(event.fields.slice(0, COMMON.length).map(({ name }) => name)).toEqual(COMMON);
  });

  it('refuses a plan in which a type and its null rule disagree', () => {
    const broken = text.replace('"type": ["string", "null"]', '"type": "string"');
    expect(broken).not.toBe(text);
    expect(() => readPlan(broken)).toThrow('payment_failed.dunning_episode_id: null_when');
  });
});

interface RuleSchema {
  readonly properties: Readonly<
    Record<string, { readonly properties?: Record<string, unknown>; readonly required?: readonly string[] }>
  >;
}

describe('generated files are fresh', () => {
  it('are what the sources yield; else run npm run generate', () => {
    expect(findStale([...generateTrackingPlan(), ...generateErrors(), ...generateProviders()])).toEqual([]);
  });

  it('a changed plan is noticed', () => {
    const [types] = generateTrackingPlan();
    if (!types) throw new Error('nothing is generated');
    expect(findStale([{ ...types, text: `${types.text}\n` }])).toEqual(['src/generated/tracking-plan.ts']);
  });
});

describe('enums are the lists of the domain', () => {
  it('failure_category is every category, and undisclosed', () => {
    expect(fieldOf(eventShape('payment_failed'), 'failure_category').enum).toEqual([
      ...FAILURE_CATEGORIES,
      'undisclosed',
    ]);
  });

  it('failure_class is every class, wherever it leaves', () => {
    for (const name of ['payment_failed', 'dunning_exhausted']) {
      expect(fieldOf(eventShape(name), 'failure_class').enum).toEqual(FAILURE_CLASSES);
    }
    expect(fieldOf(plan.userTraits, 'dunning_failure_class').enum).toEqual(FAILURE_CLASSES);
  });

  it('decline_type is every decline type', () => {
    const both = ['soft', 'hard', 'action', 'unknown'] satisfies (DeclineType &
      PaymentFailedProperties['decline_type'])[];
    const typesAreEqual: Equal<DeclineType, PaymentFailedProperties['decline_type']> = true;
    expect(typesAreEqual && fieldOf(eventShape('payment_failed'), 'decline_type').enum).toEqual(both);
  });
});

describe('enums are the words of the ledger', () => {
  it('both ways, or this file does not compile', () => {
    const equal: readonly true[] = [
      true satisfies Equal<Stage, UserTraits['dunning_stage']>,
      true satisfies Equal<DunningStatus, UserTraits['dunning_status']>,
      true satisfies Equal<DunningStatus, AccountTraits['dunning_status']>,
      true satisfies Equal<RetryStatus, PaymentFailedProperties['next_retry_status']>,
      true satisfies Equal<RetryStatus, NonNullable<UserTraits['next_retry_status']>>,
      true satisfies Equal<RecoveredVia, PaymentRecoveredProperties['recovered_via']>,
      true satisfies Equal<ChurnType, SubscriptionCanceledProperties['churn_type']>,
    ];
    // @ts-expect-error: a word that only one side knows is noticed
    const noticed = true satisfies Equal<ChurnType, ChurnType | 'reluctant'>;
    expect([...equal, noticed]).not.toContain(false);
  });
});

type Equal<A, B> = [A, B] extends [B, A] ? true : false;

describe.each(shapes)('the validator of $name', (shape) => {
  const parse = parserOf(shape);
  const valid = exampleOf(shape);

  it('takes every example of the plan', () => {
    for (const field of shape.fields) {
      for (const example of field.examples) expect(parse({ ...valid, [field.name]: example })).toEqual({ ok: true });
    }
  });

  it('takes null exactly where the plan says when', () => {
    for (const field of shape.fields) {
      expect([field.name, parse({ ...valid, [field.name]: null }).ok]).toEqual([field.name, field.nullWhen !== null]);
    }
  });

  it('refuses a missing property, one of another type and one that is not planned', () => {
    for (const { name } of shape.fields) {
      const { [name]: _left, ...without } = valid;
      expect(parse(without)).toMatchObject({ ok: false, problems: [expect.stringContaining(name)] });
      expect(parse({ ...valid, [name]: ['list'] }).ok).toBe(false);
    }
    expect(parse({ ...valid, unplanned: 1 })).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('unplanned')],
    });
  });

  it('refuses text outside of an enum, pattern or format, and never repeats the value', () => {
    const value = 'sk_live_secret@example.com';
    for (const { name } of shape.fields.filter((field) => field.enum ?? field.pattern ?? field.format)) {
      const checked = parse({ ...valid, [name]: value });
      expect([name, checked.ok]).toEqual([name, false]);
      expect(JSON.stringify(checked)).not.toContain('secret');
    }
  });
});

it('refuses an event that is not in the plan', () => {
  expect(parseEvent('toString', {})).toEqual({ ok: false, problems: ['toString: not an event of the tracking plan'] });
});

it('knows for every user trait when it is worth a call', () => {
  expect(Object.keys(USER_TRAITS)).toEqual(plan.userTraits.fields.map(({ name }) => name));
});

it('a call that breaks the plan does not compile', () => {
  const pastDue = exampleOf(plan.events[5] ?? plan.userTraits);
  const calls: readonly TrackEvent[] = [
    // @ts-expect-error: not an event of the plan
    { event: 'payment_lost', properties: {} },
    // @ts-expect-error: every property is required
    { event: 'subscription_past_due', properties: { provider: 'stripe' } },
  ];
  // @ts-expect-error: not a class that a customer may be told
  const told: PaymentFailedProperties['failure_class'] = 'lost_card';
  // @ts-expect-error: an amount may not be null
  const amount: PaymentFailedProperties['amount'] = null;
  // @ts-expect-error: a trait that is not in the plan
  const trait: keyof UserTraits = 'shoe_size';
  const asCallTraits = (traits: UserTraits): TraitValues => traits;
  expect([...calls.map(({ event, properties }) => parseEvent(event, properties).ok), told, amount, trait]).toEqual([
    false,
    false,
    'lost_card',
    null,
    'shoe_size',
  ]);
  expect(parseEvent('subscription_past_due', pastDue).ok && typeof asCallTraits).toBe('function');
});
