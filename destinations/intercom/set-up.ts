import { z } from 'zod';
import { agentFieldOf } from '../../src/destination-kit/agent-status.ts';
import type { SetUpPlan, SetUpStep } from '../../src/destination-kit/define-tool.ts';
import type { Field } from '../../src/destination-kit/fields.ts';
import { planAgentFields } from '../../src/destination-kit/plan-agent-fields.ts';
import { askIntercom } from './client.ts';
import type { IntercomSettings } from './settings.ts';
import { DATA_TYPES } from './values.ts';

const attribute = z.object({ name: z.string(), data_type: z.string(), archived: z.boolean().nullish() });
const list = z.object({ data: z.array(attribute) });
type DataAttribute = z.infer<typeof attribute>;

const spec = z.object({
  name: z.string(),
  model: z.literal('contact'),
  data_type: z.string(),
  description: z.string(),
});

const listAttributes = async (
  settings: IntercomSettings,
  timeoutMs: number,
): Promise<ReadonlyMap<string, DataAttribute>> => {
  const { body } = await askIntercom(settings, '/data_attributes?model=contact&include_archived=true', timeoutMs);
  const parsed = list.safeParse(body);
  if (!parsed.success) throw new Error('the answer is not a list of data attributes');
  return new Map(parsed.data.data.map((each) => [each.name, each]));
};

const toStep = ({ name, type, label, description }: Field): SetUpStep => ({
  what: `contact attribute ${agentFieldOf(name)} (${DATA_TYPES[type]})`,
  spec: {
    name: agentFieldOf(name),
    model: 'contact',
    data_type: DATA_TYPES[type],
    description: `${label}. ${description}`,
  },
});

const findConflict = ({ name, type }: Field, held: DataAttribute): string | null => {
  const what = `contact attribute ${agentFieldOf(name)}`;
  if (held.data_type !== DATA_TYPES[type])
    return `${what} is of type ${held.data_type} and must be ${DATA_TYPES[type]}, which Intercom cannot change: rename it`;
  return held.archived === true ? `${what} is archived: unarchive it in the settings of Intercom` : null;
};

/** What Intercom lacks of the attributes that agents see. */
export const planSetUp = async (
  settings: IntercomSettings,
  fields: readonly Field[],
  timeoutMs: number,
): Promise<SetUpPlan> => planAgentFields(fields, await listAttributes(settings, timeoutMs), toStep, findConflict);

/** Makes one data attribute. One that was made meanwhile is no error. */
export const applySetUp = async (settings: IntercomSettings, step: SetUpStep, timeoutMs: number): Promise<void> => {
  const asked = spec.parse(step.spec);
  const { status } = await askIntercom(settings, '/data_attributes', timeoutMs, asked);
  if (status === 200 || (await listAttributes(settings, timeoutMs)).has(asked.name)) return;
  throw new Error(`status ${status}: ${step.what} was not made`);
};
