import { toIso } from '../../domain/instant.ts';
import type { BrakeStatus, BrakeStop, BrakeStore } from './brake-ports.ts';

interface BrakeLog {
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

/** Tells people when the brake engages and when it was released. */
interface BrakeWatch {
  /** Looks once; says what changed since the last look. A brake that was engaged before is told at the first. */
  readonly look: () => Promise<void>;
}

/** What a person needs to know of a stop, in one sentence. */
export const stopText = ({ engagedAt, entered, known }: BrakeStop): string =>
  `Since ${toIso(engagedAt)} entries into messaging are held back: ${entered} of ${known} known people entered at once.`;

/** How many wait, and what to do. */
export const releaseText = ({ held }: Pick<BrakeStatus, 'held'>): string =>
  `${held.share} ${held.share === 1 ? 'person waits' : 'people wait'}. See first that so many failures are real; then: recoup brakes release --reason "…"`;

/** Watches the brake of a store; each change is said once at `warn`. */
export const makeBrakeWatch = (store: Pick<BrakeStore, 'brakeStatus'>, log: BrakeLog): BrakeWatch => {
  let last: BrakeStop['engagedAt'] | null = null;
  return {
    look: async () => {
      const { stop } = await store.brakeStatus();
      const engagedAt = stop?.engagedAt ?? null;
      if (engagedAt === last) return;
      last = engagedAt;
      if (stop === null) log.warn({}, 'the brake was released: entries into messaging go again');
      else {
        const { entered, known } = stop;
        log.warn(
          { entered, known, since: toIso(stop.engagedAt) },
          'the brake engaged: entries into messaging are held back until recoup brakes release',
        );
      }
    },
  };
};
