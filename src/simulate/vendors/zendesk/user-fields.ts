import { z } from 'zod';
import type { Judgement } from '../http-stand-in.ts';

export interface UserField {
  readonly key: string;
  readonly type: string;
  readonly title: string;
  readonly active?: boolean;
}

const created = z.strictObject({
  user_field: z.strictObject({
    key: z.string().regex(/^(?!\d+$)\w+$/),
    type: z.enum(['text', 'textarea', 'checkbox', 'date', 'integer', 'decimal', 'regexp']),
    title: z.string().min(1),
    description: z.string().optional(),
  }),
});

const VALUES: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  checkbox: (value) => typeof value === 'boolean',
  decimal: (value) => typeof value === 'number',
  date: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
};

/** User fields by key, with the checks of Zendesk: types of values, names; a value of an unknown field is dropped. */
export const makeUserFields = () => {
  const all = new Map<string, UserField>();
  return {
    all,
    /** The first field whose value does not fit; null: all fit. */
    findWrong: (sent: Readonly<Record<string, unknown>>): string | null => {
      const wrong = Object.entries(sent).find(([key, value]) => {
        const type = all.get(key)?.type;
        return value !== null && type !== undefined && VALUES[type]?.(value) !== true;
      });
      return wrong?.[0] ?? null;
    },
    /** As it is held: a date gets a midnight, null clears, and a checkbox is never empty. */
    toHeld: (sent: Readonly<Record<string, unknown>>): Record<string, unknown> =>
      Object.fromEntries(
        Object.entries(sent).flatMap(([key, value]) => {
          const type = all.get(key)?.type;
          if (type === undefined) return [];
          if (type === 'checkbox') return [[key, value ?? false]];
          return [[key, type === 'date' && value !== null ? `${String(value)}T00:00:00+00:00` : value]];
        }),
      ),
    list: (query: URLSearchParams): Judgement => {
      const keys = [...all.values()];
      const size = Number(query.get('page[size]') ?? 100);
      const start = Number(query.get('page[after]') ?? 0);
      const end = start + size;
      const meta = { has_more: end < keys.length, after_cursor: String(end) };
      return { status: 200, body: { user_fields: keys.slice(start, end), meta } };
    },
    create: (body: unknown): Judgement => {
      const parsed = created.safeParse(body);
      const key = parsed.data?.user_field.key;
      if (parsed.data === undefined || key === undefined || all.has(key))
        return {
          status: 422,
          body: { error: 'RecordInvalid', details: { key: [{ description: 'Key: is invalid' }] } },
        };
      const field = { ...parsed.data.user_field, active: true };
      return {
        status: 201,
        body: { user_field: field },
        write: { subjects: [key], apply: () => void all.set(key, field) },
      };
    },
  };
};
