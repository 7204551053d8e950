import { z } from 'zod';
import type { RecordedRequest } from '../../src/destination-kit/define-tool.ts';

const filter = z.object({ field: z.string(), value: z.string() });
const search = z.object({ query: z.union([filter, z.object({ value: z.array(filter) })]) });

/** As if Intercom knew everybody whom it is asked for, by external id, and took every update. */
export const recordedAnswer = ({ method, url, body }: RecordedRequest): { status: number; body: unknown } => {
  if (method === 'PUT') return { status: 200, body: { type: 'contact', id: url.split('/').at(-1) } };
  const { query } = search.parse(JSON.parse(body));
  const filters = Array.isArray(query.value) ? query.value : [filter.parse(query)];
  const data = filters.map(({ value }, index) => ({
    type: 'contact',
    id: `${index}`,
    role: 'user',
    external_id: value,
  }));
  return { status: 200, body: { type: 'list', data } };
};
