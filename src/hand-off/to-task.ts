import { toIso } from '../domain/instant.ts';
import type { HandOff, HandOffContext, Task, TaskOwner } from './hand-off.ts';
import { toBody } from './to-body.ts';
import { toComment } from './to-comment.ts';
import { moneyText } from './wording.ts';

/** No name and no address: subjects show up in notifications and lists of other people. */
const toSubject = (context: HandOffContext, { accountId }: TaskOwner): string => {
  const what = context.attempts.length === 0 && context.wasTakenBack ? 'Payment taken back' : 'Payment failed';
  const money = `${moneyText(context.amountDue, context.currency)} due`;
  const attempt = context.attemptNumber === null ? [] : [`attempt ${context.attemptNumber}`];
  return [`${what}: ${accountId} (${context.planId ?? 'plan not known'})`, money, ...attempt].join(', ');
};

/** The task for a hand-off, as tools are to hold it: text for people, the same for the same facts. */
export const toTask = (handOff: HandOff, who: TaskOwner): Task => ({
  task_state: handOff.isClosed ? 'closed' : 'open',
  subject: toSubject(handOff.context, who),
  body: toBody(handOff.context, who, handOff.isClosed),
  comment: toComment(handOff),
  due_at: toIso(handOff.dueAt),
  priority: handOff.context.isHighValue ? 'high' : 'medium',
  user_id: who.userId,
  account_id: who.accountId,
  email: who.email,
  dunning_episode_id: handOff.episodeId,
});
