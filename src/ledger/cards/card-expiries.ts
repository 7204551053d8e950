import type { Card } from '../../domain/fact.ts';
import { type Instant, instant, plus } from '../../domain/instant.ts';
import { SETTLE_WINDOW_MS } from '../../domain/policy.ts';
import type { Episode } from '../episode.ts';
import { FAILURE_WINDOW_MS } from '../failures.ts';
import { EXPIRY_WINDOW_MS, expiryOf } from './card.ts';
import type { ChargedSpan, Slots } from './cards-slots.ts';

/** The first time that a card was about to expire for the subscription that it is to pay (semantics D4). */
export interface CardExpiry {
  readonly subscription: string;
  readonly card: Card;
  /** First instant of the month after the card's last, UTC. */
  readonly expiresAt: Instant;
  /** The first instant at which it held: the boundary, or when the card came to be charged inside the window. */
  readonly at: Instant;
  /** When what it rests on had been received. */
  readonly receivedAt: Instant;
  readonly settlesAt: Instant;
}

/** A time, half open; without end while `to` is infinite. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** While an episode is open, and for 90 days after each failed attempt, nobody is told of an expiring card. */
const troubledTimes = (episodes: readonly Episode[]): readonly Stretch[] =>
  episodes.flatMap(({ openedAt, endedAt, attempts }) => [
    { from: openedAt, to: endedAt ?? Number.POSITIVE_INFINITY },
    ...attempts.map(({ at }) => ({ from: at, to: at + FAILURE_WINDOW_MS })),
  ]);

/** The first instant of a stretch that lies in no troubled time; null: none. */
const firstCalm = ({ from, to }: Stretch, troubled: readonly Stretch[]): Instant | null => {
  let at = from;
  for (;;) {
    const inside = troubled.find((time) => time.from <= at && at < time.to);
    if (inside === undefined) return at < to ? instant(at) : null;
    if (inside.to >= to) return null;
    at = inside.to;
  }
};

const inSpan = (
  subscription: string,
  span: ChargedSpan,
  until: number,
  troubled: readonly Stretch[],
): CardExpiry | null => {
  const expiresAt = span.card === null ? null : expiryOf(span.card);
  if (span.status !== 'live' || span.card === null || expiresAt === null) return null;
  const at = firstCalm(
    {
      from: Math.max(span.from, expiresAt - EXPIRY_WINDOW_MS),
      to: Math.min(until, expiresAt + EXPIRY_WINDOW_MS),
    },
    troubled,
  );
  if (at === null) return null;
  const receivedAt = instant(Math.max(...span.rests.map((each) => each.receivedAt)));
  const settlesAt = instant(Math.max(at, plus(receivedAt, SETTLE_WINDOW_MS)));
  return { subscription, card: span.card, expiresAt, at, receivedAt, settlesAt };
};

/** One expiry of one card for one subscription: a card that was stored anew is the same card. */
export const expiryKey = ({ subscription, card, expiresAt }: CardExpiry): readonly string[] => [
  subscription,
  card.last4 ?? '',
  new Date(expiresAt).toISOString().slice(0, 7),
];

/**
 * Every first time that a card was or will be about to expire, once per subscription, card and expiry: a span in which
 * it is to be charged and the subscription runs meets the window, outside of troubled times. Those that lie after the
 * newest fact hold only if nothing is learned until then.
 */
export const findExpiries = (slots: Slots, episodes: readonly Episode[]): readonly CardExpiry[] => {
  const troubled = troubledTimes(episodes);
  const found = new Map<string, CardExpiry>();
  for (const [subscription, spans] of slots) {
    for (const [index, span] of spans.entries()) {
      const until = spans[index + 1]?.from ?? Number.POSITIVE_INFINITY;
      const expiry = inSpan(subscription, span, until, troubled);
      if (expiry === null) continue;
      const key = `${subscription}:${expiry.card.last4 ?? ''}:${expiry.expiresAt}`;
      if (!found.has(key)) found.set(key, expiry);
    }
  }
  return [...found.values()];
};
