import { DAY_MS, HOUR_MS, type Instant, plus, SECOND_MS } from '../../domain/instant.ts';
import type { Truth, TruthChange } from '../judge/truth.ts';
import { makeRandom } from '../random.ts';
import type { Timed } from './play.ts';
import { makeQueue } from './queue.ts';
import type { SimulatedRelay } from './simulated-relay.ts';

export interface SupportCallsOptions {
  readonly seed: number;
  /** Whose renewals fail, and when: some of them call. */
  readonly failures: readonly { readonly userId: string; readonly at: number }[];
  /** Share of them who do; 0.1 by default. */
  readonly calling?: number | undefined;
  readonly intervene: SimulatedRelay['intervene'];
  readonly truth: Truth;
  readonly onChange: (change: TruthChange) => void;
}

export interface SupportCalls extends Timed {
  readonly counts: () => { readonly held: number; readonly marked: number };
}

/** Share of those whose renewal fails who call within a week. */
const CALLING = 0.1;
/** Of ten who call: who is held for three days, and who has paid another way. */
const WISHES = { held: 7, marked: 3 } as const;
const HOLD_MS = 3 * DAY_MS;

/** People who call support, where an operator does what `recoup hold` and `recoup mark-recovered` do. */
export const makeSupportCalls = (options: SupportCallsOptions): SupportCalls => {
  const { failures, calling = CALLING, intervene, truth, onChange } = options;
  const random = makeRandom(options.seed, 8_000_000_000);
  const calls = makeQueue<{ readonly userId: string; readonly wants: 'held' | 'marked' }>();
  const counts = { held: 0, marked: 0 };
  for (const { userId, at } of failures) {
    if (random.next() >= calling) continue;
    calls.push(at + HOUR_MS + random.whole(0, 6 * 24 * 3_600) * SECOND_MS, { userId, wants: random.pick(WISHES) });
  }

  const act = async (userId: string, wants: 'held' | 'marked', now: Instant): Promise<void> => {
    const until = plus(now, HOLD_MS);
    const requestId = `call-${counts.held + counts.marked + 1}`;
    const isDone = await intervene({ userId, requestId, now, until: wants === 'held' ? until : null });
    // Who owes nothing any more cannot be marked.
    if (!isDone) return;
    counts[wants] += 1;
    const change = wants === 'held' ? truth.hold(userId, now, until) : truth.markRecovered(userId, now);
    if (change !== null) onChange(change);
  };

  return {
    nextAt: calls.nextAt,
    pass: async (now) => {
      for (let call = calls.takeDue(now); call !== undefined; call = calls.takeDue(now))
        await act(call.userId, call.wants, now);
    },
    counts: () => ({ ...counts }),
  };
};
