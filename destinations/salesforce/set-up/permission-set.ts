import type { Connection } from 'jsforce';
import { toSoqlText } from '../look-up.ts';

/** Name of the permission set that opens Recoup's fields. */
export const PERMISSION_SET = 'Recoup';

/** Id of Recoup's permission set; null when there is none. */
export const findPermissionSet = async (salesforce: Connection): Promise<string | null> => {
  const { records } = await salesforce.query<{ readonly Id: string }>(
    `SELECT Id FROM PermissionSet WHERE Name = ${toSoqlText(PERMISSION_SET)}`,
  );
  return records[0]?.Id ?? null;
};
