import { z } from 'zod';
import { HOUR_MS } from '../../domain/instant.ts';
import { A_DURATION, duration, id, list, type PolicyRules } from './kinds.ts';

const PLACEHOLDERS = ['{account_id}', '{subscription_id}', '{invoice_id}', '{user_id}'];

/** Vendors whose tools can be recorded. */
const VENDORS = ['braze', 'iterable', 'hubspot', 'salesforce', 'slack', 'webhook', 'zendesk', 'intercom'] as const;

const isLinkTemplate = (text: string): boolean => {
  const places: readonly string[] = text.match(/\{[^}]*\}?/g) ?? [];
  const filled = URL.parse(text.replace(/\{[^}]*\}/g, 'x'));
  return places.every((place) => PLACEHOLDERS.includes(place)) && filled?.protocol === 'https:';
};

/** What stands in no section. */
export const GENERAL_RULES = {
  user_id_keys: {
    schema: list(id).pipe(z.array(z.string()).min(1)).default(['user_id']),
    expected: 'a list of at least one metadata key, none twice',
    example: 'user_id_keys: [user_id]',
  },
  contact_keys: {
    schema: list(id).default(['contact_user_ids']),
    expected: 'a list of metadata keys, none twice',
    example: 'contact_keys: [contact_user_ids]',
  },
  email_alias: { schema: z.boolean().default(false), expected: 'true or false', example: 'email_alias: false' },
  no_retry_after: {
    schema: duration.default(HOUR_MS),
    expected: A_DURATION,
    example: 'no_retry_after: 1h',
  },
  update_payment_url: {
    schema: z.string().refine(isLinkTemplate).nullable().default(null),
    expected: `null or an https URL that uses no other places than ${PLACEHOLDERS.join(', ')}`,
    example: 'update_payment_url: https://app.example.com/billing?account={account_id}',
  },
  recorded: {
    schema: list(z.enum(VENDORS)).default(['braze', 'iterable', 'hubspot', 'salesforce', 'slack']),
    expected: `a list of ${VENDORS.join(', ')}, none twice`,
    example: 'recorded: [braze, hubspot]',
  },
} as const satisfies PolicyRules;

/** The keys as they stand in the file. */
export const GENERAL_SHAPE = {
  user_id_keys: GENERAL_RULES.user_id_keys.schema,
  contact_keys: GENERAL_RULES.contact_keys.schema,
  email_alias: GENERAL_RULES.email_alias.schema,
  no_retry_after: GENERAL_RULES.no_retry_after.schema,
  update_payment_url: GENERAL_RULES.update_payment_url.schema,
  recorded: GENERAL_RULES.recorded.schema,
};
