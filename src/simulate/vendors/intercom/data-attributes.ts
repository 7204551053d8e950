import { z } from 'zod';
import type { Judgement } from '../http-stand-in.ts';

export interface DataAttribute {
  readonly name: string;
  readonly data_type: string;
  readonly archived?: boolean;
}

/** Intercom's envelope of errors. */
export const fail = (status: number, code: string, message: string): Judgement => ({
  status,
  body: { type: 'error.list', request_id: 'req_1', errors: [{ code, message }] },
});

const created = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_ ]*$/),
  model: z.literal('contact'),
  data_type: z.enum(['string', 'integer', 'float', 'boolean', 'date']),
  description: z.string().optional(),
});

const VALUES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string' && value.length <= 255,
  float: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => typeof value === 'number' && Number.isInteger(value) && value < 10_000_000_000,
};

/** Data attributes of contacts, with the checks of Intercom: names, types of values, none unknown and none archived. */
export const makeDataAttributes = () => {
  const all = new Map<string, DataAttribute>();
  return {
    add: (attribute: DataAttribute): void => void all.set(attribute.name, attribute),
    /** Why these values cannot be held; null: they can. */
    findWrong: (sent: Readonly<Record<string, unknown>>): string | null => {
      for (const [name, value] of Object.entries(sent)) {
        const held = all.get(name);
        if (held === undefined || held.archived === true) return `Custom attribute '${name}' does not exist`;
        if (value !== null && VALUES[held.data_type]?.(value) !== true)
          return `Custom attribute '${name}' must be of type ${held.data_type}`;
      }
      return null;
    },
    list: (query: URLSearchParams): Judgement => {
      if (query.get('model') !== 'contact') return fail(400, 'parameter_invalid', 'model');
      const isAll = query.get('include_archived') === 'true';
      const data = [...all.values()].filter(({ archived }) => isAll || archived !== true);
      return { status: 200, body: { type: 'list', data } };
    },
    create: (body: unknown): Judgement => {
      const parsed = created.safeParse(body);
      if (!parsed.success) return fail(400, 'parameter_invalid', 'the attribute is not one that is taken');
      const { name, data_type } = parsed.data;
      if (all.has(name)) return fail(400, 'parameter_invalid', `You already have '${name}' in your contact data`);
      const write = { subjects: [name], apply: () => void all.set(name, { name, data_type }) };
      return { status: 200, body: { type: 'data_attribute', name, data_type }, write };
    },
  };
};
