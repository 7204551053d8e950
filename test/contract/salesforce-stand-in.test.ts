import { Connection, OAuth2 } from 'jsforce';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SalesforceStandIn, startSalesforceStandIn } from '../../src/simulate/vendors/salesforce.ts';

const CLIENT = { clientId: 'consumer-key', clientSecret: 'consumer-secret' };
const KEY = { label: 'Key', type: 'Text', length: 20, unique: true, externalId: true };

let standIn: SalesforceStandIn;
let salesforce: Connection;
beforeAll(async () => {
  standIn = await startSalesforceStandIn({ ...CLIENT, pageSize: 2 });
  const token = await new OAuth2({ ...CLIENT, loginUrl: standIn.url }).requestToken({
    grant_type: 'client_credentials',
  });
  salesforce = new Connection({ instanceUrl: standIn.url, accessToken: token.access_token, version: '64.0' });
  standIn.org.addField('Contact.Key__c', KEY);
  standIn.org.open('Contact', 'Key__c');
  const picklist = { restricted: true, valueSetDefinition: { value: [{ valueName: 'a' }] } };
  standIn.org.addField('Contact.Kind__c', { label: 'Kind', type: 'Picklist', valueSet: picklist });
  standIn.org.open('Contact', 'Kind__c');
});
afterAll(() => standIn.close());

const upsert = (...records: readonly Record<string, unknown>[]) =>
  salesforce.sobject('Contact').upsert([...records], 'Key__c');
const codesOf = async (...records: readonly Record<string, unknown>[]) =>
  (await upsert(...records)).map(({ success, errors }) =>
    success ? 'taken' : errors.map((error) => Reflect.get(error, 'statusCode')).join(),
  );

describe('the organisation, asked by jsforce', () => {
  it('makes and finds by an external id, each record for itself, in the order of the request', async () => {
    const results = await upsert(
      { Key__c: 'k1', LastName: 'One' },
      { Key__c: 'k2' },
      { Key__c: 'k3', LastName: 'Three' },
    );
    expect(results).toMatchObject([{ success: true, created: true }, { success: false }, { success: true }]);
    expect(await upsert({ Key__c: 'k1', FirstName: 'Ada' }, { Key__c: 'k3' })).toMatchObject([
      { success: true, created: false },
      { success: true, created: false },
    ]);
    expect(standIn.org.all('Contact')).toHaveLength(2);
  });

  it('refuses both of two records with one external id', async () => {
    expect(await codesOf({ Key__c: 'same', LastName: 'A' }, { Key__c: 'SAME', LastName: 'B' })).toEqual([
      'DUPLICATE_VALUE',
      'DUPLICATE_VALUE',
    ]);
  });

  it('refuses single values: unknown words, long texts, wrong addresses, fields that are its own', async () => {
    expect(
      await codesOf(
        { Key__c: 'k1', Kind__c: 'b' },
        { Key__c: 'k3', FirstName: 'x'.repeat(41) },
        { Key__c: 'k4', LastName: 'A', Email: 'nobody' },
        { Key__c: 'k5', LastName: 'A', CreatedById: '005' },
      ),
    ).toEqual([
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'STRING_TOO_LONG',
      'INVALID_EMAIL_ADDRESS',
      'INVALID_FIELD_FOR_INSERT_UPDATE',
    ]);
    expect(await salesforce.create('Contact', [{ LastName: 'Twin', Key__c: 'k1' }])).toMatchObject([
      { success: false, errors: [{ statusCode: 'DUPLICATE_VALUE' }] },
    ]);
  });

  it('refuses a whole call for a field that it does not have, a wrong type, or a record too many', async () => {
    await expect(upsert({ Key__c: 'k1', Nothing__c: 'x' })).rejects.toMatchObject({ errorCode: 'INVALID_FIELD' });
    await expect(upsert({ Key__c: 'k1', LastName: 7 })).rejects.toMatchObject({ errorCode: 'JSON_PARSER_ERROR' });
    const many = Array.from({ length: 201 }, (_, index) => ({ Key__c: `m${index}`, LastName: 'Many' }));
    await expect(upsert(...many)).rejects.toMatchObject({ errorCode: 'EXCEEDED_ID_LIMIT' });
    await expect(salesforce.sobject('Contact').upsert([{ LastName: 'A' }], 'LastName')).rejects.toMatchObject({
      errorCode: 'NOT_FOUND',
    });
  });

  it('answers SOQL over pages, with relations, and refuses what it does not have', async () => {
    const AccountId = standIn.org.put('Account', { Name: "Ada's" });
    for (const LastName of ['P', 'Q', 'R']) standIn.org.put('Contact', { LastName, AccountId });
    const { records, totalSize } = await salesforce.query(
      `SELECT Id, LastName, Account.Name FROM Contact WHERE AccountId = '${AccountId}'`,
      { autoFetch: true },
    );
    expect(totalSize).toBe(3);
    expect(records).toMatchObject(['P', 'Q', 'R'].map((LastName) => ({ LastName, Account: { Name: "Ada's" } })));
    expect((await salesforce.query("SELECT Id FROM Account WHERE Name IN ('ADA\\'S','x')")).records).toHaveLength(1);
    await expect(salesforce.query('SELECT Nothing__c FROM Contact')).rejects.toMatchObject({
      errorCode: 'INVALID_FIELD',
    });
    await expect(salesforce.query('SELECT Id FROM')).rejects.toMatchObject({ errorCode: 'MALFORMED_QUERY' });
  });

  it('hides a new field until a permission set opens it', async () => {
    await salesforce.tooling.create('CustomField', {
      FullName: 'Contact.Fresh__c',
      Metadata: { label: 'Fresh', type: 'Checkbox', defaultValue: 'false' },
    });
    const isSeen = async () => (await salesforce.describe('Contact')).fields.some(({ name }) => name === 'Fresh__c');
    expect(await isSeen()).toBe(false);
    const set = await salesforce.create('PermissionSet', { Name: 'Opens', Label: 'Opens' });
    const rights = { PermissionsRead: true, PermissionsEdit: true };
    const field = { ParentId: set.id ?? '', SobjectType: 'Contact', Field: 'Contact.Fresh__c', ...rights };
    await salesforce.create('FieldPermissions', [field]);
    expect(await isSeen()).toBe(false);
    await salesforce.create('PermissionSetAssignment', {
      PermissionSetId: set.id ?? '',
      AssigneeId: standIn.org.runAs,
    });
    expect(await isSeen()).toBe(true);
  });

  it('tells how many API calls were used, and refuses a session that it does not know', async () => {
    await salesforce.describe('Account');
    expect(salesforce.limitInfo.apiUsage?.limit).toBe(100_000);
    const stranger = new Connection({ instanceUrl: standIn.url, accessToken: 'stolen', version: '64.0' });
    await expect(stranger.describe('Contact')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
  });
});
