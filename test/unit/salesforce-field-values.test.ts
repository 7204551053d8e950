import { describe, expect, it } from 'vitest';
import { findCollision, toFieldName, toFieldValues } from '../../destinations/salesforce/field-values.ts';
import { customFieldsOf } from '../../destinations/salesforce/set-up/custom-fields.ts';
import { toSettings } from '../../destinations/salesforce/settings.ts';
import { fieldsOf } from '../../src/destination-kit/fields.ts';

describe('the name of a field', () => {
  it.each([
    ['in_dunning', 'In_Dunning__c'],
    ['mrr', 'Mrr__c'],
    ['total_failed_payments_90d', 'Total_Failed_Payments_90d__c'],
    ['a__b_', 'A_B__c'],
    ['90_days', 'X_90_Days__c'],
  ])('of %s is %s', (attribute, field) => {
    expect(toFieldName(attribute)).toBe(field);
  });

  it('is valid and its own for long names that begin alike', () => {
    const long = `in_${'very_'.repeat(12)}`;
    const names = [toFieldName(`${long}one`), toFieldName(`${long}two`)];
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(name).toMatch(/^[A-Za-z](?:_?[A-Za-z0-9])*__c$/);
    for (const name of names) expect(name.length).toBeLessThanOrEqual('__c'.length + 40);
  });

  it('that two attributes would share is found, whatever the capitals', () => {
    expect(findCollision(['in_dunning', 'in_DUNNING'])).toEqual(['in_dunning', 'in_DUNNING']);
    expect(findCollision(['next_retry_at', 'next_retry_date'])).toEqual(['next_retry_at', 'next_retry_date']);
    expect(findCollision(['in_dunning', 'email', 'user_id', 'next_retry_date'])).toBeNull();
  });

  it('is one of its own for everything that Recoup holds, with a label that Salesforce takes', () => {
    const audiences = [{ key: 'dunning_first_failure_standard', description: 'First failure.' }];
    const fields = customFieldsOf('Contact', fieldsOf('contact', audiences), toSettings({}));
    expect(new Set(fields.map(({ name }) => name.toLowerCase())).size).toBe(fields.length);
    for (const { metadata } of fields) expect(String(metadata.label).length).toBeLessThanOrEqual(40);
  });
});

describe('the values of fields', () => {
  it('are days and instants of Salesforce, and null where cleared; a checkbox is false', () => {
    const { fields } = toFieldValues({
      in_dunning: null,
      next_retry_date: '2026-12-31T23:30:00.000Z',
      last_recovered_at: '2026-03-01T08:00:00.000Z',
      plan_id: null,
      email: 'ann@example.com',
      user_id: 'ann',
    });
    expect(fields).toEqual({
      In_Dunning__c: false,
      Next_Retry_Date__c: '2026-12-31',
      Next_Retry_At__c: '2026-12-31T23:30:00.000Z',
      Last_Recovered_At__c: '2026-03-01T08:00:00.000Z',
      Plan_Id__c: null,
    });
  });

  it('that are too long are cleared and named; one that stands in no field is not', () => {
    const long = 'x'.repeat(256);
    const { fields, tooLong } = toFieldValues({ plan_id: long, email: long, dunning_currency: 'USD' });
    expect(fields).toEqual({ Plan_Id__c: null, Dunning_Currency__c: 'USD' });
    expect(tooLong).toEqual(['plan_id']);
  });
});
