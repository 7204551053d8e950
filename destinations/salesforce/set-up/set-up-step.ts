import type { Connection } from 'jsforce';
import { z } from 'zod';
import { toSoqlText } from '../look-up.ts';
import { findPermissionSet, PERMISSION_SET } from './permission-set.ts';

const setUpSpec = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('permission_set') }),
  z.object({ kind: z.literal('field'), fullName: z.string(), metadata: z.record(z.string(), z.unknown()) }),
  z.object({ kind: z.literal('grant'), object: z.string(), fields: z.array(z.string()).readonly() }),
  z.object({ kind: z.literal('assign'), userId: z.string() }),
]);

/** One thing to make, as a plan holds it. */
export type SetUpSpec = z.infer<typeof setUpSpec>;

/** Makes what one step of a plan says; what was made meanwhile is left. Rejects with Salesforce's words. */
export const applySpec = async (salesforce: Connection, spec: unknown): Promise<void> => {
  const parsed = setUpSpec.parse(spec);
  switch (parsed.kind) {
    case 'permission_set':
      return unlessThere(salesforce.create('PermissionSet', { Name: PERMISSION_SET, Label: PERMISSION_SET }));
    case 'field':
      return unlessThere(
        salesforce.tooling.create('CustomField', { FullName: parsed.fullName, Metadata: parsed.metadata }),
      );
    case 'grant':
      return grant(salesforce, parsed.object, parsed.fields);
    case 'assign':
      return unlessThere(
        salesforce.create('PermissionSetAssignment', {
          PermissionSetId: await permissionSet(salesforce),
          AssigneeId: parsed.userId,
        }),
      );
  }
};

const permissionSet = async (salesforce: Connection): Promise<string> => {
  const id = await findPermissionSet(salesforce);
  if (id === null) throw new Error(`there is no permission set ${PERMISSION_SET}`);
  return id;
};

/** Salesforce's collections take so many. */
const MAX_GRANTS = 200;

const grant = async (salesforce: Connection, object: string, names: readonly string[]): Promise<void> => {
  const set = await permissionSet(salesforce);
  const { records } = await salesforce.query<{ readonly Id: string; readonly Field: string }>(
    `SELECT Id, Field FROM FieldPermissions WHERE ParentId = ${toSoqlText(set)} AND SobjectType = ${toSoqlText(object)}`,
    { autoFetch: true, maxFetch: 2_000 },
  );
  const held = new Map(records.map(({ Id, Field }) => [Field.toLowerCase(), Id]));
  const rights = { PermissionsRead: true, PermissionsEdit: true };
  for (let start = 0; start < names.length; start += MAX_GRANTS) {
    const fields = names.slice(start, start + MAX_GRANTS).map((name) => `${object}.${name}`);
    const fresh = fields.filter((field) => !held.has(field.toLowerCase()));
    const known = fields.flatMap((field) => held.get(field.toLowerCase()) ?? []);
    await all(
      salesforce.create(
        'FieldPermissions',
        fresh.map((Field) => ({ ParentId: set, SobjectType: object, Field, ...rights })),
      ),
    );
    await all(
      salesforce.update(
        'FieldPermissions',
        known.map((Id) => ({ Id, ...rights })),
      ),
    );
  }
};

type Saved = { readonly success: boolean; readonly errors: readonly { readonly message: string }[] };

const all = async (saving: Promise<readonly Saved[]>): Promise<void> => {
  const failed = (await saving).find(({ success, errors }) => !success && !THERE.test(JSON.stringify(errors)));
  if (failed !== undefined) throw new Error(failed.errors.map(({ message }) => message).join('; '));
};

/** How Salesforce says that something is there already. */
const THERE = /DUPLICATE_DEVELOPER_NAME|DUPLICATE_VALUE|FIELD_ALREADY_EXISTS/;

const unlessThere = async (saving: Promise<Saved>): Promise<void> => {
  try {
    await all(saving.then((saved) => [saved]));
  } catch (error) {
    if (!(error instanceof Error && 'errorCode' in error && THERE.test(String(error.errorCode)))) throw error;
  }
};
