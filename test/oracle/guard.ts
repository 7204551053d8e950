import type { Status } from './account.ts';
import { statusOf } from './account.ts';
import type { Answer } from './answer.ts';

export type Message = 'dunning' | 'pre_dunning' | 'recovery';

/** G8, docs/guard.md: which states each kind of message is for. */
const PASSES: Readonly<Record<Message, readonly Status[]>> = {
  dunning: ['active', 'exhausted'],
  pre_dunning: ['pre_dunning'],
  recovery: ['recovered'],
};

/**
 * Every reason that holds why a message must not be sent; none: it may. Which of several is named no rule says. `spoken`:
 * the episode that the person's state is about; `asked`: null where the message is about whichever that is.
 */
export const guardReasons = (
  said: Answer,
  message: Message,
  asked: string | null,
  spoken: string | null,
): readonly string[] => {
  const status = statusOf(said);
  const isOther = asked !== null && asked !== spoken;
  const reasons = [
    ...(status === 'none' ? ['healthy'] : []),
    ...(said.reason === null ? [] : [said.reason]),
    ...(status !== 'none' && status !== 'held' && !PASSES[message].includes(status) ? ['other_state'] : []),
    ...(isOther ? ['other_episode'] : []),
  ];
  // Of whom is to hear nothing anyway, D6 may be what is named.
  return reasons.length === 0 ? [] : [...reasons, ...said.holdBack];
};
