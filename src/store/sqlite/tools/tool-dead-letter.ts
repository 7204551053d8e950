import { RecoupError } from '../../../domain/errors.ts';
import type { NewDeadLetter } from '../../../pipeline/ports.ts';
import type { Attributes, ToolEvent } from '../../../pipeline/tools/tool-ports.ts';

/** What a tool refused, with the money at stake. */
export interface RefusedRecord extends Pick<NewDeadLetter, 'amountMinor' | 'currency'> {
  readonly tool: string;
  readonly userId: string;
  readonly attributes: Attributes;
  readonly events: readonly ToolEvent[];
}

/** The dead letter of a person's record that a tool refused for what it is. */
export const toToolDeadLetter = (record: RefusedRecord, reason: string): NewDeadLetter => {
  const { tool, userId, attributes, events, amountMinor, currency } = record;
  const subject = `${tool} ${userId}`;
  const { code, message } = new RecoupError('tool_rejected', { tool, user: userId, reason });
  const payload = JSON.stringify({ tool, userId, attributes, events });
  return { kind: 'tool', subject, code, message, payload, amountMinor, currency };
};
