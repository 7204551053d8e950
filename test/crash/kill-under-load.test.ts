import { describe, expect, it } from 'vitest';
import { MOMENTS } from './moments.ts';
import { runRound } from './round.ts';

/**
 * An accepted webhook survives `kill -9` at any point and yields its events at least once, always with the same
 * message id: the relay as a process of its own, a store on disk, Segment stood in for on a socket.
 */
const SEEDS = process.env.PROVE === undefined ? [1] : Array.from({ length: 20 }, (_, index) => 100 + index);
const TIMEOUT_MS = 120_000;

describe(`a relay that is killed ${MOMENTS.length} times while it receives, decides and delivers`, () => {
  it.each(SEEDS)(
    'loses no acknowledged webhook and says nothing under two message ids (seed %i)',
    async (seed) => {
      const round = await runRound(seed);
      expect(round.comparison).toEqual({ lost: [], doubled: [], invented: [] });
      expect(round.acknowledged).toBe(round.events);
      expect(round.segment.dropped).toEqual([]);
      expect(round.exitCode).toBe(0);

      const { deliveries, outbox, deadLetters, parked } = round.counts;
      const { unread, unresolved, understood, ignored, dead_letter } = deliveries;
      expect({ unread, unresolved, dead_letter, deadLetters, parked }).toEqual({
        unread: 0,
        unresolved: 0,
        dead_letter: 0,
        deadLetters: 0,
        parked: 0,
      });
      expect(round.deadLetters).toEqual([]);
      expect(understood + ignored).toBe(round.events);
      expect(outbox).toEqual({ queued: 0, delivered: round.segment.messages.size, recorded: 0, dead: 0 });

      // Without these the round would prove nothing.
      expect(round.failures).toBeGreaterThan(150);
      expect(round.recoveries).toBeGreaterThan(20);
      expect(round.repeated).toBeGreaterThan(0);
      expect(Math.min(...round.unheard)).toBeGreaterThan(1);
    },
    TIMEOUT_MS,
  );
});
