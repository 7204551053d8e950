import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  AUDIENCE_EVENT_PROPERTIES,
  type AudienceEnteredProperties,
  type AudienceEventName,
  type AudienceExitedProperties,
  type EventName,
  parseAudienceEvent,
  parseEvent,
  parseMembershipTraits,
} from '../../src/generated/tracking-plan.ts';
import { emitTypes } from '../../tools/plan/emit-types.ts';
import { PLAN_PATH, readPlan } from '../../tools/plan/read-plan.ts';

const entered: AudienceEnteredProperties = {
  audience_key: 'dunning_retrying',
  effective_at: '2026-03-04T09:00:00.000Z',
  definition_changed: false,
  dunning_episode_id: null,
  dunning_retrying: true,
};
const exited: AudienceExitedProperties = { ...entered, dunning_episode_id: 'dun_1', dunning_retrying: false };
const enter = (more: Readonly<Record<string, unknown>>) =>
  parseAudienceEvent('Audience Entered', { ...entered, ...more });

describe('an audience event', () => {
  it('names its audience and tells the move: true in, false out', () => {
    expect(parseAudienceEvent('Audience Entered', entered)).toEqual({ ok: true });
    expect(parseAudienceEvent('Audience Exited', exited)).toEqual({ ok: true });
    for (const [name, properties] of [
      ['Audience Entered', exited],
      ['Audience Exited', entered],
    ] as const)
      expect(parseAudienceEvent(name, properties)).toMatchObject({
        problems: [expect.stringContaining('audience_key')],
      });
  });

  it('of an audience that nobody has planned for is fine: the plan need not change', () => {
    const { dunning_retrying: _left, ...rest } = entered;
    expect(parseAudienceEvent('Audience Entered', { ...rest, audience_key: 'brand_new', brand_new: true }).ok).toBe(
      true,
    );
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['no boolean', { dunning_retrying: undefined }],
    ['the boolean of another audience', { audience_key: 'dunning_exhausted' }],
    ['one boolean too many', { dunning_exhausted: true }],
    [
      'a key that names a planned property',
      { audience_key: 'definition_changed', definition_changed: true, dunning_retrying: undefined },
    ],
    ['text for the boolean', { dunning_retrying: 'true' }],
    ['a number beside', { other: 3 }],
    ['no instant', { effective_at: 'yesterday' }],
    ['no time at all', { effective_at: null }],
    ['no episode id, not even null', { dunning_episode_id: undefined }],
    ['no word on the definition', { definition_changed: undefined }],
  ])('with %s is refused', (_what, more) => {
    const properties = JSON.parse(JSON.stringify({ ...entered, ...more }));
    expect(parseAudienceEvent('Audience Entered', properties).ok).toBe(false);
  });

  it('never repeats a value in a problem', () => {
    const checked = enter({ audience_key: 'sk_live@example.com' });
    expect(checked.ok).toBe(false);
    expect(JSON.stringify(checked)).not.toContain('example.com');
  });

  it('is apart from the planned events: no condition can ask for it', () => {
    // @ts-expect-error: apart from the others
    const name: EventName = 'Audience Entered' satisfies AudienceEventName;
    expect([parseEvent(name, entered).ok, parseAudienceEvent('payment_failed', {}).ok]).toEqual([false, false]);
    expect(parseAudienceEvent('toString', {})).toEqual({
      ok: false,
      problems: ['toString: not an audience event of the tracking plan'],
    });
  });

  it('carries the same properties in and out, and the generated list of them is complete', () => {
    const fields = readPlan().membershipEvents.map((event) => event.fields.map(({ name }) => name));
    expect(fields).toEqual([AUDIENCE_EVENT_PROPERTIES, AUDIENCE_EVENT_PROPERTIES]);
    expect(readPlan().membershipEvents.map(({ name, member }) => [name, member])).toEqual([
      ['Audience Entered', true],
      ['Audience Exited', false],
    ]);
  });
});

describe('the traits of a membership', () => {
  it.each<[unknown, boolean]>([
    [{ dunning_retrying: true }, true],
    [{ dunning_retrying: false }, true],
    [{}, false],
    [{ dunning_retrying: true, suppressed: false }, false],
    [{ dunning_retrying: 'true' }, false],
    [{ dunning_retrying: null }, false],
    [{ 'Dunning Retrying': true }, false],
    [[true], false],
    [null, false],
  ])('%j: %s', (traits, ok) => {
    expect(parseMembershipTraits(traits).ok).toBe(ok);
  });
});

describe('the plan', () => {
  const text = readFileSync(PLAN_PATH, 'utf8');

  it('without room for the boolean is refused', () => {
    const broken = text.replace('"additionalProperties": { "type": "boolean" }', '"additionalProperties": false');
    expect(broken).not.toBe(text);
    expect(() => readPlan(broken)).toThrow();
    const missing = text.replace(',\n            "additionalProperties": { "type": "boolean" }', '');
    expect(missing).not.toBe(text);
    expect(() => readPlan(missing)).toThrow('Audience Entered: a membership event allows one boolean more');
  });

  it('knows which traits are instants: only these have an age', () => {
    const instants =
      "InstantTraitName = 'next_retry_date' | 'first_failed_at' | 'grace_ends_at' | 'last_recovered_at' | 'card_expires_at'";
    expect(emitTypes(readPlan())).toContain(instants);
  });
});
