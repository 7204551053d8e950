import type { Connection } from 'jsforce';
import type { SetUpStep } from '../../../src/destination-kit/define-tool.ts';
import { toSoqlText } from '../look-up.ts';
import type { SalesforceObject } from './custom-fields.ts';
import { findPermissionSet, PERMISSION_SET } from './permission-set.ts';
import type { SetUpSpec } from './set-up-step.ts';

export interface PermissionSteps {
  readonly before: readonly SetUpStep[];
  readonly after: readonly SetUpStep[];
}

interface Closed {
  readonly object: SalesforceObject;
  /** Fields that our user cannot write. */
  readonly fields: readonly string[];
  /** The user that Recoup runs as. */
  readonly userId: string | null;
}

/**
 * A field made by the API is hidden from everybody until a permission set or a profile opens it: one permission set of
 * Recoup's own does, for the user that Recoup runs as. Who else is to see the fields is for people to say.
 */
export const planPermissions = async (
  salesforce: Connection,
  { object, fields, userId }: Closed,
): Promise<PermissionSteps> => {
  if (fields.length === 0) return { before: [], after: [] };
  const set = await findPermissionSet(salesforce);
  const make: SetUpStep = {
    what: `permission set ${PERMISSION_SET}`,
    spec: { kind: 'permission_set' } satisfies SetUpSpec,
  };
  const grant: SetUpStep = {
    what: `permission set ${PERMISSION_SET}: edit ${fields.length} ${fields.length === 1 ? 'field' : 'fields'} of ${object}`,
    spec: { kind: 'grant', object, fields } satisfies SetUpSpec,
  };
  const isAssigned = set !== null && userId !== null && (await hasSet(salesforce, set, userId));
  const assign: SetUpStep | null =
    userId === null || isAssigned
      ? null
      : {
          what: `permission set ${PERMISSION_SET} assigned to the user that Recoup runs as`,
          spec: { kind: 'assign', userId } satisfies SetUpSpec,
        };
  return { before: set === null ? [make] : [], after: [grant, ...(assign === null ? [] : [assign])] };
};

const hasSet = async (salesforce: Connection, set: string, userId: string): Promise<boolean> => {
  const { records } = await salesforce.query(
    `SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = ${toSoqlText(set)} AND AssigneeId = ${toSoqlText(userId)}`,
  );
  return records.length > 0;
};
