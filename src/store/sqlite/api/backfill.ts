import type { DatabaseSync } from 'node:sqlite';
import type { ApiStore, Progress } from '../../../pipeline/api/api-ports.ts';
import type { Acceptance, NewDelivery } from '../../../pipeline/ports.ts';
import { prepare } from '../statement.ts';

const SAVE = `INSERT INTO backfill_progress (backfill, part, cursor, objects, done, updated_at) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET cursor = excluded.cursor, objects = excluded.objects, done = excluded.done,
    updated_at = excluded.updated_at`;
const READ = 'SELECT part, cursor, objects, done FROM backfill_progress WHERE backfill = ?';

interface Row {
  readonly part: string;
  readonly cursor: string;
  readonly objects: number;
  readonly done: 0 | 1;
}

type SaveStep = Parameters<ApiStore['saveBackfill']>;

interface Backfills {
  /** Inside a write transaction; answers how many deliveries were new. */
  readonly save: (...step: SaveStep) => number;
  readonly progress: (id: string) => Readonly<Record<string, Progress>>;
}

/** What backfills have stored so far: a page and the place behind it are written together, so no page is lost or counted twice. */
export const makeBackfills = (db: DatabaseSync, acceptOne: (delivery: NewDelivery) => Acceptance): Backfills => {
  const save = prepare(db, SAVE);
  const read = prepare<Row>(db, READ);
  return {
    save: ({ id, part, progress, deliveries }, now) => {
      const stored = deliveries.filter((delivery) => acceptOne(delivery) === 'stored');
      save.run(id, part, progress.cursor, progress.read, progress.done ? 1 : 0, now);
      return stored.length;
    },
    progress: (id) =>
      Object.fromEntries(
        read
          .all(id)
          .map(({ part, cursor, objects, done }) => [part, { cursor, read: objects, done: done === 1 }] as const),
      ),
  };
};
