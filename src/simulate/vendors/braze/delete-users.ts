import type { BrazeUsers } from './users.ts';

const MAX_IDS = 50;

interface Deleted {
  readonly status: number;
  readonly body: unknown;
  /** Whom it was asked to delete. */
  readonly deleted: readonly string[];
}

/** Braze's deletion: `POST /users/delete` of at most 50 external ids; whom it does not know it does not count. */
export const deleteUsers = (users: BrazeUsers, body: Buffer): Deleted => {
  const ids = parseIds(body);
  if (ids === null || ids.length === 0)
    return { status: 400, body: { message: "'external_ids' must be an array of strings" }, deleted: [] };
  if (ids.length > MAX_IDS) return { status: 400, body: { message: 'at most 50 users may be deleted' }, deleted: [] };
  return { status: 201, body: { deleted: users.remove(ids), message: 'success' }, deleted: ids };
};

const parseIds = (body: Buffer): readonly string[] | null => {
  try {
    const ids: unknown = JSON.parse(body.toString('utf8')).external_ids;
    return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : null;
  } catch {
    return null;
  }
};
