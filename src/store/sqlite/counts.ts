import type { DatabaseSync } from 'node:sqlite';
import { earliest, type Instant } from '../../domain/instant.ts';
import type { Channel, DeliveryEnd, OutboxStatus, StoreCounts } from '../../pipeline/ports.ts';
import type { Brakes } from './brakes/brakes.ts';
import { prepare } from './statement.ts';

type Totals = Omit<StoreCounts, 'deliveries' | 'outbox' | 'profiles' | 'brake'>;

const TALLIES = 'SELECT name, n FROM tallies';
const TOTALS = `SELECT
  (SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL) AS deadLetters,
  (SELECT count(*) FROM profiles WHERE in_dunning = 1) AS inDunning,
  (SELECT count(*) FROM profiles WHERE failures > 0 AND parked_until IS NOT NULL) AS parked,
  (SELECT min(received_at) FROM deliveries WHERE ending = 'unread' AND customer_id IS NOT NULL) AS oldestUnreadAt`;
const OLDEST_QUEUED = `SELECT committed_at AS at FROM outbox
  WHERE channel = ? AND status = 'queued' ORDER BY seq LIMIT 1`;
const NO_TOTALS = { deadLetters: 0, inDunning: 0, parked: 0, oldestUnreadAt: null };

/** Counts what is stored, of one snapshot if called inside a read transaction. Its cost does not grow with the past. */
export const makeCounts = (db: DatabaseSync, brakes: Pick<Brakes, 'status'>): (() => StoreCounts) => {
  const tallies = prepare<{ name: string; n: number }>(db, TALLIES);
  const totals = prepare<Omit<Totals, 'oldestQueuedAt'>>(db, TOTALS);
  const oldestQueued = prepare<{ at: Instant }>(db, OLDEST_QUEUED);
  const oldestQueuedAt = (channel: Channel): Instant | null => oldestQueued.get(channel)?.at ?? null;

  return () => {
    const { stop, held } = brakes.status();
    const tally = new Map(tallies.all().map(({ name, n }) => [name, n]));
    const deliveries = (end: DeliveryEnd | 'unresolved'): number => tally.get(`deliveries ${end}`) ?? 0;
    const outbox = (status: OutboxStatus): number => tally.get(`outbox ${status}`) ?? 0;
    return {
      ...(totals.get() ?? NO_TOTALS),
      oldestQueuedAt: earliest(oldestQueuedAt('segment'), oldestQueuedAt('recorder')),
      profiles: tally.get('profiles') ?? 0,
      brake: { stop, held },
      deliveries: {
        unread: deliveries('unread'),
        unresolved: deliveries('unresolved'),
        understood: deliveries('understood'),
        ignored: deliveries('ignored'),
        dead_letter: deliveries('dead_letter'),
      },
      outbox: {
        queued: outbox('queued'),
        delivered: outbox('delivered'),
        recorded: outbox('recorded'),
        dead: outbox('dead'),
      },
    };
  };
};
