import { z } from 'zod';
import { DAY_MS } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { duration, type PolicyRules, section } from './kinds.ts';

const wholeDays = duration.transform((durationMs) => durationMs / DAY_MS).pipe(z.number().int().min(1));

/** How long things are kept. */
export const RETENTION_RULES = {
  'retention.deliveries': { schema: wholeDays.default(400), expected: 'whole days', example: 'deliveries: 400d' },
  'retention.outbox': { schema: wholeDays.default(30), expected: 'whole days', example: 'outbox: 30d' },
  'retention.log': { schema: wholeDays.default(400), expected: 'whole days', example: 'log: 400d' },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const RETENTION_SCHEMA = section({
  deliveries: RETENTION_RULES['retention.deliveries'].schema,
  outbox: RETENTION_RULES['retention.outbox'].schema,
  log: RETENTION_RULES['retention.log'].schema,
});

/** The section in the domain's words. */
export const toRetention = (file: z.output<typeof RETENTION_SCHEMA>): Policy['retention'] => ({
  deliveriesDays: file.deliveries,
  outboxDays: file.outbox,
  logDays: file.log,
});
