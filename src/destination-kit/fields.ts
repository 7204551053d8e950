import type { UserTraits } from '../generated/tracking-plan.ts';
import type { Subject } from './record.ts';

/** How a value is written: `instant` is ISO 8601 in UTC, `choice` one of `options`. */
export type FieldType = 'boolean' | 'text' | 'number' | 'instant' | 'choice' | 'url';

/** One attribute as a tool that has a schema of its own needs to know it. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly label: string;
  readonly description: string;
  /** Of a `choice`. */
  readonly options?: readonly string[];
}

/** Grows with every commit, so that a reader of a tool can tell which of two states is newer. */
export const VERSION_ATTRIBUTE = 'dunning_state_version';

/** The attribute by which a tool holds the membership of an audience. */
export const attributeOf = (audience: string): string => `in_${audience}`;

type Described = Omit<Field, 'name'>;

const text = (label: string, description: string): Described => ({ type: 'text', label, description });
const number = (label: string, description: string): Described => ({ type: 'number', label, description });
const when = (label: string, description: string): Described => ({ type: 'instant', label, description });
const yesNo = (label: string, description: string): Described => ({ type: 'boolean', label, description });
const choice = (label: string, description: string, ...options: readonly string[]): Described => ({
  type: 'choice',
  label,
  description,
  options,
});

/** Every trait that some tool holds; what it means in full is in the tracking plan. */
const DESCRIBED = {
  in_dunning: yesNo('In dunning', 'A payment failed and is still owed, and messages may go out.'),
  dunning_status: choice(
    'Dunning status',
    'Where the customer stands, in one word.',
    ...['none', 'pre_dunning', 'active', 'held', 'exhausted', 'recovered', 'lost'],
  ),
  dunning_stage: choice(
    'Dunning stage',
    'Where the customer stands, exactly.',
    ...['exhausted', 'persistent', 'retrying', 'first_failure', 'recovered', 'lost', 'card_expiring', 'healthy'],
  ),
  dunning_episode_id: text('Dunning episode', 'The episode that all else speaks of.'),
  next_retry_date: when('Next retry', 'When the billing provider will try again; empty while no retry is known.'),
  next_retry_status: choice(
    'Next retry status',
    'Whether a retry is coming.',
    ...['scheduled', 'blocked', 'none', 'unknown'],
  ),
  dunning_amount_due: number('Dunning amount due', 'What is still owed, in major units of the currency.'),
  dunning_currency: text('Dunning currency', 'ISO 4217, upper case.'),
  dunning_attempt_number: number('Dunning attempts', 'Attempts that were carried out.'),
  dunning_failure_class: choice(
    'Dunning failure class',
    'What the customer may be told about the newest failure.',
    ...['insufficient_funds', 'try_again', 'update_card', 'confirm_payment', 'contact_bank', 'no_payment_method'],
    'other',
  ),
  update_payment_url: {
    type: 'url',
    label: 'Update payment link',
    description: 'Where the customer can pay or change the card.',
  },
  dunning_suppressed: yesNo('Dunning suppressed', 'No dunning message may go out, although there is a reason for one.'),
  suppression_reason: choice(
    'Suppression reason',
    'Why no dunning message may go out.',
    ...['dispute', 'opted_out', 'owned_elsewhere', 'held', 'voluntary_cancel', 'paused', 'refund', 'brake'],
  ),
  card_expires_at: when('Card expires', 'End of the last month in which the card that will be charged is valid.'),
  first_failed_at: when('First failed payment', 'First failed attempt of the episode.'),
  last_recovered_at: when('Last recovered', 'When the newest recovered episode was paid.'),
  total_failed_payments_90d: number('Failed payments, 90 days', 'Failed attempts in the last 90 days.'),
  plan_id: text('Plan', 'The plan of the subscription in dunning, else of the newest live one.'),
  high_value_plan: yesNo('High-value plan', 'The plan is one of those that policy names as high-value.'),
  email: text('Billing email', 'The email address of the billing account.'),
  mrr: number('MRR', 'Monthly recurring revenue, in major units of its currency.'),
  arr: number('ARR', 'Annual recurring revenue, in major units of its currency.'),
  mrr_currency: text('MRR currency', 'ISO 4217, upper case.'),
} as const satisfies Partial<Record<keyof UserTraits, Described>>;

export type ToolTrait = keyof typeof DESCRIBED;

/** What messaging tools hold of a user, beside the memberships. */
export const PERSON_TRAITS = [
  'in_dunning',
  'dunning_status',
  'dunning_stage',
  'dunning_episode_id',
  'next_retry_date',
  'next_retry_status',
  'dunning_amount_due',
  'dunning_currency',
  'dunning_attempt_number',
  'dunning_failure_class',
  'update_payment_url',
  'dunning_suppressed',
  'card_expires_at',
] as const satisfies readonly ToolTrait[];

const STATUS_TRAITS = [
  'suppression_reason',
  'first_failed_at',
  'last_recovered_at',
  'total_failed_payments_90d',
  'plan_id',
  'high_value_plan',
  'mrr',
  'arr',
  'mrr_currency',
] as const satisfies readonly ToolTrait[];

/** What the tools of sales and support hold of a user, beside the memberships. */
export const CONTACT_TRAITS = [...PERSON_TRAITS, ...STATUS_TRAITS, 'email'] as const satisfies readonly ToolTrait[];

/** What they hold of an account, beside `user_id`, the user that owns it. */
export const ACCOUNT_TRAITS = [...PERSON_TRAITS, ...STATUS_TRAITS] as const satisfies readonly ToolTrait[];

/** The owner of an account; by it a tool finds the account through the person. */
export const OWNER_ATTRIBUTE = 'user_id';

const VERSION: Field = {
  name: VERSION_ATTRIBUTE,
  type: 'number',
  label: 'Dunning state version',
  description: 'Grows with every change, so that of two states the newer can be told.',
};

const toField = (name: ToolTrait): Field => ({ name, ...DESCRIBED[name] });

/** `dunning_first_failure_standard` -> `Dunning first failure standard`. */
const toLabel = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1).replaceAll('_', ' ');

const toMembership = ({ key, description }: { readonly key: string; readonly description: string }): Field => ({
  name: attributeOf(key),
  type: 'boolean',
  label: `In audience: ${toLabel(key)}`,
  description,
});

/**
 * Every attribute of a subject that has state, in the order in which people should see them; none for the others.
 * @param audiences all of them: a user's memberships are attributes, too.
 */
export const fieldsOf = (
  subject: Subject,
  audiences: readonly { readonly key: string; readonly description: string }[],
): readonly Field[] => {
  if (subject === 'person') return [...PERSON_TRAITS.map(toField), ...audiences.map(toMembership), VERSION];
  if (subject === 'contact') return [...CONTACT_TRAITS.map(toField), ...audiences.map(toMembership), VERSION];
  if (subject === 'account') return [...ACCOUNT_TRAITS.map(toField), VERSION];
  return [];
};

/** How a value of this attribute is to be written; memberships are yes or no, names that nobody describes are text. */
export const typeOf = (name: string): FieldType => {
  if (Object.hasOwn(DESCRIBED, name)) return DESCRIBED[name as ToolTrait].type;
  if (name === VERSION_ATTRIBUTE) return 'number';
  return name.startsWith('in_') ? 'boolean' : 'text';
};
