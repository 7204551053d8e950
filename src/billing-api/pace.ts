import { type Instant, instant, SECOND_MS } from '../domain/instant.ts';
import type { Clock } from '../pipeline/ports.ts';

/** How much a caller may catch up who came late, as timers do: so many ms worth of calls may leave at once. */
const SLACK_MS = 100;

export interface Pace {
  /** Resolves when the next call may leave. Callers leave in the order in which they asked. */
  readonly turn: () => Promise<void>;
  /** Nobody leaves before `until`. */
  readonly pause: (until: Instant) => void;
}

export interface PaceOptions {
  readonly perSecond: number;
  readonly clock: Clock;
  readonly sleepUntil: (at: Instant) => Promise<void>;
}

/** One budget for all callers: calls leave evenly, `perSecond` of them at most, and none while the provider asks for rest. */
export const makePace = ({ perSecond, clock, sleepUntil }: PaceOptions): Pace => {
  const gapMs = SECOND_MS / perSecond;
  /** When the next place is free; not whole, or a hundred calls a second would drift. */
  let freeAt: number = Number.NEGATIVE_INFINITY;
  let pausedUntil: Instant | null = null;

  const takePlace = (): Instant => {
    const place = Math.max(freeAt, clock.now() - SLACK_MS);
    freeAt = place + gapMs;
    return instant(Math.ceil(place));
  };
  const untilUnpaused = async (): Promise<void> => {
    while (pausedUntil !== null && pausedUntil > clock.now()) await sleepUntil(pausedUntil);
  };
  /** A pause that began meanwhile costs the place, or all who waited would leave at its end together. */
  const turn = async (): Promise<void> => {
    await untilUnpaused();
    const place = takePlace();
    if (place > clock.now()) await sleepUntil(place);
    if (pausedUntil !== null && pausedUntil > clock.now()) await turn();
  };

  return {
    turn,
    pause: (until) => {
      if (pausedUntil === null || until > pausedUntil) pausedUntil = until;
      freeAt = Math.max(freeAt, until);
    },
  };
};
