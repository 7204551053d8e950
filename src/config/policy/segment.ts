import { z } from 'zod';
import { list, type PolicyRules, section } from './kinds.ts';

/** What Segment is told. */
export const SEGMENT_RULES = {
  'segment.send_undisclosed_codes': {
    schema: z.boolean().default(false),
    expected: 'true or false',
    example: 'send_undisclosed_codes: false',
  },
  'segment.direct_tools': {
    schema: list(z.string().min(1).max(100)).default([]),
    expected: 'a list of tool names as Segment writes them, none twice',
    example: 'direct_tools: [Braze]',
  },
} as const satisfies PolicyRules;

/** The section as it stands in the file. */
export const SEGMENT_SCHEMA = section({
  send_undisclosed_codes: SEGMENT_RULES['segment.send_undisclosed_codes'].schema,
  direct_tools: SEGMENT_RULES['segment.direct_tools'].schema,
});
