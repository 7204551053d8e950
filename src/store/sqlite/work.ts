import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/instant.ts';
import type { Claim, Commit, Park, Part } from '../../pipeline/ports.ts';
import { makeClaims, type ReadClaim } from './claims.ts';
import { makeCommits } from './commit.ts';
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
  const claims = makeClaims(db);
  const commits = makeCommits(db, customers, deadLetters);
  const waiting = makeWaiting(db);
  const lastErasure = prepare<{ seq: number | null }>(db, LAST_ERASURE);

  const decideDue = (now: Instant, limit: number, decide: Decide): readonly Decided[] =>
    claims.due(now, limit).map((due) => {
      const read = claims.read(due);
      return { read, decision: decide(read.claim) };
    });

  const commitAll = (decided: readonly Decided[], now: Instant): number => {
    waiting.report(now);
    return decided.filter(({ read, decision }) => commits.save(read, decision)).length;
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
