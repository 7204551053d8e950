import { z } from 'zod';
import { agentFieldOf } from '../../src/destination-kit/agent-status.ts';
import type { SetUpPlan, SetUpStep } from '../../src/destination-kit/define-tool.ts';
import type { Field } from '../../src/destination-kit/fields.ts';
import { planAgentFields } from '../../src/destination-kit/plan-agent-fields.ts';
import { askZendesk } from './client.ts';
import type { ZendeskSettings } from './settings.ts';
import { FIELD_TYPES } from './values.ts';

const page = z.object({
  user_fields: z.array(z.object({ key: z.string(), type: z.string(), active: z.boolean().default(true) })),
  meta: z.object({ has_more: z.boolean(), after_cursor: z.string().nullish() }).optional(),
});
type UserField = z.infer<typeof page>['user_fields'][number];

const spec = z.object({ key: z.string(), type: z.string(), title: z.string(), description: z.string() });

const listFields = async (settings: ZendeskSettings, timeoutMs: number): Promise<ReadonlyMap<string, UserField>> => {
  const fields = new Map<string, UserField>();
  let after: string | null = '';
  while (after !== null) {
    const cursor = after === '' ? '' : `&page[after]=${encodeURIComponent(after)}`;
    const { body } = await askZendesk(settings, `/user_fields.json?page[size]=100${cursor}`, timeoutMs);
    const parsed = page.safeParse(body);
    if (!parsed.success) throw new Error('the answer is not a list of user fields');
    for (const field of parsed.data.user_fields) fields.set(field.key, field);
    after = parsed.data.meta?.has_more === true ? (parsed.data.meta.after_cursor ?? null) : null;
  }
  return fields;
};

const toStep = ({ name, type, label, description }: Field): SetUpStep => ({
  what: `user field ${agentFieldOf(name)} (${FIELD_TYPES[type]})`,
  spec: { key: agentFieldOf(name), type: FIELD_TYPES[type], title: label, description },
});

const findConflict = ({ name, type }: Field, held: UserField): string | null => {
  const what = `user field ${agentFieldOf(name)}`;
  if (held.type !== FIELD_TYPES[type])
    return `${what} is of type ${held.type} and must be ${FIELD_TYPES[type]}: delete it in Admin Center`;
  return held.active ? null : `${what} is not active: activate it in Admin Center`;
};

/** What Zendesk lacks of the fields that agents see. */
export const planSetUp = async (
  settings: ZendeskSettings,
  fields: readonly Field[],
  timeoutMs: number,
): Promise<SetUpPlan> => planAgentFields(fields, await listFields(settings, timeoutMs), toStep, findConflict);

/** Makes one user field; needs an admin's token. One that was made meanwhile is no error. */
export const applySetUp = async (settings: ZendeskSettings, step: SetUpStep, timeoutMs: number): Promise<void> => {
  const user_field = spec.parse(step.spec);
  const { status } = await askZendesk(settings, '/user_fields.json', timeoutMs, { user_field });
  if (status === 201 || (await listFields(settings, timeoutMs)).has(user_field.key)) return;
  throw new Error(`status ${status}: ${step.what} was not made`);
};
