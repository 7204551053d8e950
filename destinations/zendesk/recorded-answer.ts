import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';

/** As if Zendesk knew everybody whom it is asked for, by external id, and took every update. */
export const recordedAnswer = ({ method, url, body }: RecordedRequest): { status: number; body: unknown } => {
  if (method === 'PUT') return { status: 200, body: JSON.parse(body) };
  const ids = new URL(url).search.replace(/^\?external_ids=/, '').split(',');
  const users = ids.map((id, index) => ({ id: index + 1, external_id: decodeURIComponent(id) }));
  return { status: 200, body: { users } };
};
