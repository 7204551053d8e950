import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { Claim, Commit, Park, Part } from '../../pipeline/ports.ts';
import { makeBrakes } from './brakes/brakes.ts';
import { makeModes } from './brakes/modes.ts';
import { makeClaims, type ReadClaim } from './claims.ts';
import { makeCommits, type Saved } from './commit.ts';
import type { Customers } from './customers.ts';
import type { DeadLetterWriter } from './dead-letter-rows.ts';
import { prepare } from './statement.ts';
import type { Transactions } from './transaction.ts';
import { makeWaiting } from './waiting.ts';

type Decide = (claim: Claim) => Commit | Part | Park;

interface Decided {
  readonly read: ReadClaim;
  readonly decision: Commit | Part | Park;
}

const LAST_ERASURE = 'SELECT max(seq) AS seq FROM erasures';

/**
 * One round of the loop: reads due profiles and decides each over one snapshot, without holding back the door, then
 * writes all decisions in one transaction. What comes in between is not in the snapshot, stays unread, and keeps its
 * profile due.
 */
export const makeWork = (
  db: DatabaseSync,
  transactions: Transactions,
  customers: Customers,
  deadLetters: DeadLetterWriter,
): ((now: Instant, limit: number, decide: Decide) => number) => {
  const brakes = makeBrakes(db, customers);
  const claims = makeClaims(db, { brakes, modes: makeModes(db) });
  const commits = makeCommits(db, customers, deadLetters);
  const waiting = makeWaiting(db);
  const lastErasure = prepare<{ seq: number | null }>(db, LAST_ERASURE);

  const decideDue = (now: Instant, limit: number, decide: Decide): readonly Decided[] =>
    claims.due(now, limit).map((due) => {
      const read = claims.read(due);
      return { read, decision: decide(read.claim) };
    });

  // What the brakes do not let through is decided again, held back or let go: that is work done, too, and the profile is
  // still due. Nothing of it may count that is not written.
  const commitDecided = (read: ReadClaim, commit: Commit, now: Instant): Saved => {
    const { profileId, brake } = commit;
    if (brakes.isOutdated(brake)) return 'dropped';
    const save = (): Saved => commits.save(read, commit);
    if (brakes.hasRoom(brake, now)) {
      const saved = save();
      if (saved === 'written') brakes.save(profileId, brake, now);
      return saved;
    }
    // Too many only if it enters anybody at all, which is known once it was written.
    const saved = transactions.attempt(save, (result) => result !== 'written');
    if (saved === 'written') brakes.engage(brake, now);
    return saved;
  };

  const commitOne = ({ read, decision }: Decided, now: Instant): boolean => {
    const saved = decision.outcome === 'decided' ? commitDecided(read, decision, now) : commits.save(read, decision);
    return saved !== 'outdated';
  };

  const commitAll = (decided: readonly Decided[], now: Instant): number => {
    waiting.report(now);
    return decided.filter((each) => commitOne(each, now)).length;
  };

  return (now, limit, decide) => {
    const [erasure, decided] = transactions.read(
      () => [lastErasure.get()?.seq, decideDue(now, limit, decide)] as const,
    );
    const reportAt = waiting.nextReportAt();
    if (decided.length === 0 && (reportAt === null || reportAt > now)) return 0;
    return transactions.write(() => {
      // Row ids are given again: what was decided of somebody who is erased by now could be written to somebody new.
      const isOutdated = lastErasure.get()?.seq !== erasure;
      return commitAll(isOutdated ? [] : decided, now);
    });
  };
};
