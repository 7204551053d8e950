import type { BrazeUsers } from './users.ts';

const MAX_IDS = 50;

interface Exported {
  readonly status: number;
  readonly body: unknown;
}

/** Braze's read-back: `POST /users/export/ids` of at most 50 external ids. */
export const exportIds = (users: BrazeUsers, body: Buffer): Exported => {
  const ids = parseIds(body);
  if (ids === null) return { status: 400, body: { message: "'external_ids' must be an array of strings" } };
  if (ids.length > MAX_IDS) return { status: 400, body: { message: 'at most 50 users may be exported' } };
  const found = ids.flatMap((id) => users.all.get(id) ?? []);
  return {
    status: 201,
    body: {
      message: 'success',
      users: found.map(({ externalId, attributes }) => ({ external_id: externalId, custom_attributes: attributes })),
      invalid_user_ids: ids.filter((id) => !users.all.has(id)),
    },
  };
};

const parseIds = (body: Buffer): readonly string[] | null => {
  try {
    const ids: unknown = JSON.parse(body.toString('utf8')).external_ids;
    return Array.isArray(ids) && ids.every((id) => typeof id === 'string') ? ids : null;
  } catch {
    return null;
  }
};
